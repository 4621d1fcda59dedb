// Owns the proof of what people do by the web page: issues and repositories that move, roles, selections.
import { describe, expect, it } from 'vitest'
import { at, openStage, statusOf } from '../api/stage.ts'

const widgets = { repository: 'acme/widgets', by: 'olga' }

async function withGadgets(more: { private?: boolean } = {}) {
  const stage = await openStage()
  await stage.loopback.repository({ owner: 'acme', name: 'gadgets', ...more })
  await stage.people.eve.rest.issues.create({ ...at, title: 'first' })
  await stage.people.wes.rest.issues.create({ ...at, title: 'sum', labels: ['bug', 'own'] })
  const on = { ...at, issue_number: 2 }
  stage.happened()
  return { ...stage, on }
}

describe('issues', () => {
  it('an issue that was moved answers 301 with the new address, and takes its conversation along', async () => {
    const { people, loopback, on, happened, told } = await withGadgets()
    const { rest } = people.eve
    const { data: comment } = await rest.issues.createComment({ ...on, body: 'Look.' })
    await rest.reactions.createForIssue({ ...on, content: 'eyes' })
    await rest.reactions.createForIssueComment({ ...at, comment_id: comment.id, content: '+1' })
    happened()
    expect(loopback.transferIssue({ ...widgets, number: 2, to: 'acme/gadgets' })).toBe(1)
    expect(happened()).toEqual(['issues.transferred', 'issues.opened'])
    expect((await told('issues.transferred')).changes).toMatchObject({
      new_issue: { number: 1 },
      new_repository: { name: 'gadgets' },
    })
    expect((await told('issues.opened')).changes.old_issue.number).toBe(2)
    const moved = await fetch(`${loopback.api}/repos/acme/widgets/issues/2/comments`, { redirect: 'manual' })
    expect(moved.status).toBe(301)
    expect(moved.headers.get('location')).toMatch(/\/repositories\/\d+\/issues\/1\/comments$/)
    const { data: issue } = await rest.issues.get(on)
    expect(issue).toMatchObject({ number: 1, title: 'sum', user: { login: 'wes' }, comments: 1 })
    expect(issue.labels).toMatchObject([{ name: 'bug' }])
    expect(issue.reactions?.eyes).toBe(1)
    const { data: comments } = await rest.issues.listComments(on)
    expect(comments).toMatchObject([{ id: comment.id, reactions: { '+1': 1 } }])
    expect(await statusOf(rest.issues.getComment({ ...at, comment_id: comment.id }))).toBe(404)
  })

  it('a moved issue answers 404 where the caller cannot read the destination', async () => {
    const { people, loopback, on } = await withGadgets({ private: true })
    loopback.transferIssue({ ...widgets, number: 2, to: 'acme/gadgets' })
    expect(await statusOf(people.eve.rest.issues.get(on))).toBe(404)
    expect((await people.rita.rest.issues.get(on)).data.number).toBe(1)
    expect(() =>
      loopback.transferIssue({ repository: 'acme/gadgets', by: 'olga', number: 1, to: 'acme/widgets' }),
    ).toThrow('private')
  })

  it('a deleted issue answers 410 to a reader of its repository, and 404 to others', async () => {
    const { people, loopback, on, happened, told, repository } = await withGadgets()
    loopback.deleteIssue({ ...widgets, number: 2 })
    expect(happened()).toEqual(['issues.deleted'])
    expect((await told('issues.deleted')).issue.number).toBe(2)
    expect(await statusOf(people.eve.rest.issues.get(on))).toBe(410)
    const { data } = await people.eve.rest.issues.create({ ...at, title: 'next' })
    expect(data.number).toBe(3)
    repository.private = true
    expect(await statusOf(people.eve.rest.issues.get(on))).toBe(404)
  })
})

describe('collaborators', () => {
  it('gain, change and lose a role, each with its event', async () => {
    const { loopback, people, happened, told } = await withGadgets()
    const triage = { ...widgets, login: 'eve', role: 'triage' } as const
    loopback.addCollaborator(triage)
    loopback.addCollaborator({ ...triage, role: 'maintain' })
    loopback.addCollaborator({ ...triage, role: 'maintain' })
    expect((await people.eve.rest.repos.get(at)).data.permissions?.push).toBe(true)
    loopback.removeCollaborator({ ...widgets, login: 'eve' })
    loopback.removeCollaborator({ ...widgets, login: 'eve' })
    expect((await people.eve.rest.repos.get(at)).data.permissions?.push).toBe(false)
    expect(happened()).toEqual(['member.added', 'member.edited', 'member.removed'])
    expect(await told('member.added')).toMatchObject({
      member: { login: 'eve' },
      changes: { permission: { to: 'read' }, role_name: { to: 'triage' } },
      sender: { login: 'olga' },
    })
  })
})

describe('repositories', () => {
  it('a transferred repository keeps its issues, and answers 301 under its old owner', async () => {
    const { loopback, people, on, told, happened, app } = await withGadgets()
    loopback.organization('other', { olga: 'admin' })
    const there = app({ slug: 'there', permissions: {}, events: ['repository'] })
    const installation = loopback.install(there.app, 'other')
    happened()
    await loopback.transferRepository({ ...widgets, to: 'other' })
    expect(happened()).toEqual([
      'installation_repositories.removed',
      'installation_repositories.added',
      'repository.transferred',
    ])
    expect(await told('repository.transferred')).toMatchObject({
      changes: { owner: { from: { organization: { login: 'acme' } } } },
      repository: { full_name: 'other/widgets' },
      installation: { id: installation.id },
    })
    const moved = await fetch(`${loopback.api}/repos/acme/widgets/issues/2`, { redirect: 'manual' })
    expect(moved.status).toBe(301)
    expect((await people.eve.rest.issues.get(on)).data.title).toBe('sum')
  })

  it('a transferred repository leaves the installation of its old owner', async () => {
    const { loopback, bot, repository } = await withGadgets()
    await bot.rest.repos.get(at)
    repository.private = true
    loopback.organization('other', { olga: 'admin' })
    await loopback.transferRepository({ ...widgets, to: 'other' })
    expect(await statusOf(bot.rest.repos.get({ owner: 'other', repo: 'widgets' }))).toBe(404)
    const token = loopback.jobToken(repository, { contents: 'read' }, { runId: 1, actor: repository.owner })
    expect(token.installation.account.login).toBe('other')
  })

  it('a deleted repository answers 404, and sends repository deleted', async () => {
    const { loopback, people, told } = await withGadgets()
    await loopback.deleteRepository(widgets)
    expect((await told('repository.deleted')).repository.full_name).toBe('acme/widgets')
    expect(await statusOf(people.olga.rest.repos.get(at))).toBe(404)
  })
})

describe('selections', () => {
  it('with all repositories a new repository belongs to the installation at once, and sends added', async () => {
    const { loopback, bot, told, happened } = await withGadgets()
    await loopback.repository({ owner: 'acme', name: 'new', private: true })
    expect(happened()).toEqual(['installation_repositories.added'])
    expect(await told('installation_repositories.added')).toMatchObject({
      repository_selection: 'all',
      repositories_added: [{ full_name: 'acme/new' }],
      repositories_removed: [],
    })
    expect((await bot.rest.repos.get({ ...at, repo: 'new' })).data.private).toBe(true)
  })

  it('a repository removed from an installation sends removed and answers 404 to tokens made before', async () => {
    const { loopback, bot, installation, told, happened } = await withGadgets({ private: true })
    const gadgets = { ...at, repo: 'gadgets' }
    await bot.rest.repos.get(gadgets)
    loopback.selectRepositories(installation, ['acme/widgets'], 'olga')
    expect(await statusOf(bot.rest.repos.get(gadgets))).toBe(404)
    expect(await told('installation_repositories.removed')).toMatchObject({
      repository_selection: 'selected',
      repositories_removed: [{ name: 'gadgets' }],
      sender: { login: 'olga' },
    })
    loopback.selectRepositories(installation, ['acme/gadgets'], 'olga')
    await bot.rest.repos.get(gadgets)
    expect(happened()).toEqual([
      'installation_repositories.removed',
      'installation_repositories.removed',
      'installation_repositories.added',
    ])
  })
})
