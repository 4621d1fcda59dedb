// Owns the proof of a repository's settings, name, visibility and archive.
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

const refsAt = async (address: string) => {
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  return (await execa('git', ['ls-remote', address], { env })).stdout
}

describe('reading a repository', () => {
  it('who may push sees the merge settings, a person their permissions', async () => {
    const { people, bot, anyone, appWith } = await openStage()
    expect((await people.wes.rest.repos.get(at)).data).toMatchObject({
      allow_squash_merge: true,
      permissions: { push: true, maintain: false },
    })
    expect((await bot.rest.repos.get(at)).data.allow_auto_merge).toBe(false)
    for (const who of [anyone, people.eve, appWith({ contents: 'read' })]) {
      expect((await who.rest.repos.get(at)).data.allow_squash_merge).toBeUndefined()
    }
  })

  it('its languages are counted in bytes of the default branch', async () => {
    const { anyone } = await openStage()
    expect((await anyone.rest.repos.listLanguages(at)).data).toEqual({ TypeScript: 21, Shell: 5 })
  })
})

describe('changing a repository', () => {
  it('administrators change settings; others are refused with 403', async () => {
    const { people, bot, repository } = await openStage()
    const change = { ...at, allow_auto_merge: true, allow_merge_commit: false, delete_branch_on_merge: true }
    expect(await statusOf(people.wes.rest.repos.update(change))).toBe(403)
    expect(await statusOf(people.eve.rest.repos.update(change))).toBe(403)
    const { data } = await bot.rest.repos.update(change)
    expect(data).toMatchObject({ allow_auto_merge: true, delete_branch_on_merge: true })
    expect(repository.settings).toMatchObject({ allowAutoMerge: true, allowMergeCommit: false })
    const none = { ...at, name: 'gone', allow_squash_merge: false, allow_rebase_merge: false }
    expect(await statusOf(bot.rest.repos.update(none))).toBe(422)
    expect((await bot.rest.repos.get(at)).data.name).toBe('widgets')
  })

  it('a setting that the loopback does not hold fails the test that changes it', async () => {
    const { bot, loopback } = await openStage()
    expect(await statusOf(bot.rest.repos.update({ ...at, has_wiki: true }))).toBe(500)
    expect(loopback.oracle.takeProblems().join()).toContain('holds no setting has_wiki')
  })

  it('a renamed repository answers 301 to its old name, by REST, and git follows the old address', async () => {
    const { people, anyone, told, happened, loopback } = await openStage()
    const old = await refsAt(`${loopback.origin}/acme/widgets.git`)
    expect(old).toContain('refs/heads/main')
    await people.olga.rest.repos.update({ ...at, name: 'gears' })
    expect(happened()).toEqual(['repository.renamed'])
    expect(await told('repository.renamed')).toMatchObject({
      changes: { repository: { name: { from: 'widgets' } } },
      repository: { full_name: 'acme/gears' },
    })
    const moved = await fetch(`${loopback.api}/repos/acme/widgets`, { redirect: 'manual' })
    expect(moved.status).toBe(301)
    expect((await anyone.rest.repos.get(at)).data.full_name).toBe('acme/gears')
    expect(await refsAt(`${loopback.origin}/acme/widgets.git`)).toBe(old)
    expect(await refsAt(`${loopback.origin}/acme/gears.git`)).toBe(old)
  })

  it('after a new repository took the old name, the old name is the new repository', async () => {
    const { people, anyone, loopback, repository } = await openStage()
    await people.olga.rest.repos.update({ ...at, name: 'gears' })
    const other = await loopback.repository({ owner: 'acme', name: 'widgets' })
    expect((await anyone.rest.repos.get(at)).data.id).toBe(other.id)
    expect((await anyone.rest.repos.get({ ...at, repo: 'gears' })).data.id).toBe(repository.id)
    const taken = people.olga.rest.repos.update({ ...at, repo: 'gears', name: 'Widgets' })
    expect(await statusOf(taken)).toBe(422)
    expect(await statusOf(people.olga.rest.repos.update({ ...at, name: 'a b' }))).toBe(422)
  })

  it('description and default branch are told as edited, with what they were', async () => {
    const { people, told, repository } = await openStage()
    const head = await repository.git.ref('refs/heads/main')
    await repository.git.updateRef({ name: 'refs/heads/trunk', to: head?.sha ?? '' })
    const { rest } = people.olga
    expect(await statusOf(rest.repos.update({ ...at, default_branch: 'nope' }))).toBe(422)
    const { data } = await rest.repos.update({
      ...at,
      default_branch: 'trunk',
      description: 'gears',
      homepage: 'https://acme.test',
    })
    expect(data).toMatchObject({
      default_branch: 'trunk',
      description: 'gears',
      homepage: 'https://acme.test',
    })
    expect((await told('repository.edited')).changes).toEqual({
      default_branch: { from: 'main' },
      description: { from: null },
      homepage: { from: null },
    })
    expect(await repository.git.defaultBranch()).toBe('trunk')
  })

  it('a repository that became private vanishes for strangers with 404', async () => {
    const { people, anyone, happened } = await openStage()
    await people.olga.rest.repos.update({ ...at, private: true })
    expect(await statusOf(people.eve.rest.repos.get(at))).toBe(404)
    expect(await statusOf(anyone.rest.issues.listForRepo(at))).toBe(404)
    await people.olga.rest.repos.update({ ...at, visibility: 'public' })
    expect((await anyone.rest.repos.get(at)).status).toBe(200)
    expect(happened()).toEqual(['repository.privatized', 'repository.publicized'])
  })

  it('an archived repository refuses every write with 403 and stays readable, until it is unarchived', async () => {
    const { people, bot, anyone, happened } = await openStage()
    const { rest } = people.olga
    await rest.issues.create({ ...at, title: 'sum' })
    expect((await rest.repos.update({ ...at, archived: true })).data.archived).toBe(true)
    const on = { ...at, issue_number: 1 }
    expect(await statusOf(rest.issues.createComment({ ...on, body: 'x' }))).toBe(403)
    expect(await statusOf(bot.rest.issues.addLabels({ ...on, labels: ['bug'] }))).toBe(403)
    expect(await statusOf(rest.repos.update({ ...at, description: 'x' }))).toBe(403)
    expect((await anyone.rest.issues.get(on)).status).toBe(200)
    await rest.repos.update({ ...at, archived: false })
    await rest.issues.createComment({ ...on, body: 'x' })
    expect(happened()).toEqual([
      'issues.opened',
      'repository.archived',
      'repository.unarchived',
      'issue_comment.created',
    ])
  })
})
