// Owns the proof of opening, reading, editing, closing and locking issues.
import { describe, expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

const opened = async (stage: Awaited<ReturnType<typeof openStage>>, who: 'eve' | 'wes' = 'eve') =>
  (await stage.people[who].rest.issues.create({ ...at, title: 'sum subtracts', body: 'It does.' })).data
    .number

describe('opening an issue', () => {
  it('anyone who may read opens an issue, and the event follows', async () => {
    const stage = await openStage()
    const { data, headers } = await stage.people.eve.rest.issues.create({ ...at, title: 'sum', body: 'x' })
    expect(data).toMatchObject({
      number: 1,
      state: 'open',
      author_association: 'NONE',
      user: { login: 'eve' },
    })
    expect(headers.location).toBe(data.url)
    expect(stage.happened()).toEqual(['issues.opened'])
    expect(await stage.told('issues.opened')).toMatchObject({
      action: 'opened',
      issue: { number: 1, title: 'sum' },
      sender: { login: 'eve' },
      installation: { id: stage.installation.id },
    })
    expect(await statusOf(stage.anyone.rest.issues.create({ ...at, title: 'sum' }))).toBe(401)
  })

  it('what an App opens is by its bot and names the App', async () => {
    const { bot, told } = await openStage()
    const { data } = await bot.rest.issues.create({ ...at, title: 'sum', labels: ['bug'] })
    expect(data).toMatchObject({
      user: { login: 'tool[bot]', type: 'Bot' },
      performed_via_github_app: { slug: 'tool' },
    })
    expect((await told('issues.labeled')).sender).toMatchObject({ login: 'tool[bot]', type: 'Bot' })
  })

  it('labels, assignees and milestone by a person without push access are dropped without an error', async () => {
    const { people, happened } = await openStage()
    const asked = { ...at, title: 'sum', labels: ['bug', 'new one'], assignees: ['wes'], milestone: 3 }
    for (const who of [people.eve, people.tess]) {
      const { data } = await who.rest.issues.create(asked)
      expect(data).toMatchObject({ labels: [], assignees: [], milestone: null })
    }
    expect(happened()).toEqual(['issues.opened', 'issues.opened'])
  })

  it('with push access labels and assignees follow the opening, each with its event', async () => {
    const { people, happened } = await openStage()
    const { data } = await people.wes.rest.issues.create({
      ...at,
      title: 'sum',
      labels: ['Bug', 'autopilot'],
      assignees: ['wes', 'eve'],
    })
    expect(data.labels).toMatchObject([{ name: 'bug' }, { name: 'autopilot', color: 'ededed' }])
    expect(data.assignees).toMatchObject([{ login: 'wes' }])
    expect(happened()).toEqual([
      'label.created',
      'issues.opened',
      'issues.labeled',
      'issues.labeled',
      'issues.assigned',
    ])
  })

  it('a title that is empty or longer than 256 characters, and a body longer than 65,536, answer 422', async () => {
    const { people, happened } = await openStage()
    const create = (title: string, body = '') => people.eve.rest.issues.create({ ...at, title, body })
    expect(await statusOf(create(' '))).toBe(422)
    expect(await statusOf(create('x'.repeat(257)))).toBe(422)
    await expect(create('sum', 'x'.repeat(65_537))).rejects.toMatchObject({
      status: 422,
      response: {
        data: { errors: [{ field: 'body', message: 'body is too long (maximum is 65536 characters)' }] },
      },
    })
    expect(happened()).toEqual([])
    await create('x'.repeat(256), 'x'.repeat(65_536))
  })

  it('a milestone or a type that does not exist answers 422', async () => {
    const { people } = await openStage()
    expect(await statusOf(people.wes.rest.issues.create({ ...at, title: 'sum', milestone: 1 }))).toBe(422)
    expect(await statusOf(people.wes.rest.issues.create({ ...at, title: 'sum', type: 'Bug' }))).toBe(422)
  })

  it('a repository with issues switched off answers 410', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    await stage.people.olga.rest.repos.update({ ...at, has_issues: false })
    const { rest } = stage.bot
    expect(await statusOf(rest.issues.create({ ...at, title: 'sum' }))).toBe(410)
    expect(await statusOf(rest.issues.get({ ...at, issue_number }))).toBe(410)
    expect(await statusOf(rest.issues.listForRepo(at))).toBe(410)
  })

  it('a token without the permission for issues is refused, also where it has that for pull requests', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const { rest } = stage.appWith({ pull_requests: 'write' })
    expect(await statusOf(rest.issues.create({ ...at, title: 'sum' }))).toBe(403)
    expect(await statusOf(rest.issues.createComment({ ...at, issue_number, body: 'x' }))).toBe(403)
    expect(await statusOf(rest.issues.addLabels({ ...at, issue_number, labels: ['bug'] }))).toBe(403)
    expect(await statusOf(rest.issues.listComments({ ...at, issue_number }))).toBe(403)
  })
})

describe('editing an issue', () => {
  it('the event carries what title and body were', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    await stage.people.eve.rest.issues.update({ ...at, issue_number, title: 'sum adds', body: 'No.' })
    expect((await stage.told('issues.edited')).changes).toEqual({
      title: { from: 'sum subtracts' },
      body: { from: 'It does.' },
    })
    await stage.people.eve.rest.issues.update({ ...at, issue_number, title: 'sum adds' })
    expect(stage.happened()).toEqual(['issues.opened', 'issues.edited'])
  })

  it('others edit the text with write, not with triage', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const edit = (who: 'tess' | 'rita' | 'wes') =>
      statusOf(stage.people[who].rest.issues.update({ ...at, issue_number, title: 'mine' }))
    expect(await edit('tess')).toBe(403)
    expect(await edit('rita')).toBe(403)
    expect(await edit('wes')).toBe(0)
    expect(
      await statusOf(stage.people.wes.rest.issues.update({ ...at, issue_number, body: 'x'.repeat(65_537) })),
    ).toBe(422)
    expect((await stage.anyone.rest.issues.get({ ...at, issue_number })).data.body).toBe('It does.')
  })

  it('a person may close the own issue, and with triage every issue, and others are refused', async () => {
    const stage = await openStage()
    const mine = await opened(stage)
    const other = await opened(stage, 'wes')
    const close = (who: 'eve' | 'tess', issue_number: number) =>
      stage.people[who].rest.issues.update({
        ...at,
        issue_number,
        state: 'closed',
        state_reason: 'not_planned',
      })
    const { data } = await close('eve', mine)
    expect(data).toMatchObject({ state: 'closed', state_reason: 'not_planned', closed_by: { login: 'eve' } })
    expect(await statusOf(close('eve', other))).toBe(403)
    await close('tess', other)
    expect(stage.happened().slice(2)).toEqual(['issues.closed', 'issues.closed'])
    expect((await stage.told('issues.closed')).issue).toMatchObject({ state: 'closed' })
  })

  it('with read one reopens what one closed oneself, not what another closed', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const set = (who: 'eve' | 'tess', state: 'open' | 'closed') =>
      stage.people[who].rest.issues.update({ ...at, issue_number, state })
    await set('eve', 'closed')
    const { data } = await set('eve', 'open')
    expect(data).toMatchObject({ state: 'open', state_reason: 'reopened', closed_at: null, closed_by: null })
    await set('tess', 'closed')
    expect(await statusOf(set('eve', 'open'))).toBe(403)
    await set('tess', 'open')
    expect(stage.happened().filter((name) => name === 'issues.reopened')).toHaveLength(2)
    expect((await stage.told('issues.reopened')).issue.state).toBe('open')
  })

  it('closing what is closed changes at most the reason, and nobody is told', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const close = (state_reason: 'completed' | 'duplicate') =>
      stage.people.wes.rest.issues.update({ ...at, issue_number, state: 'closed', state_reason })
    await close('completed')
    stage.happened()
    expect((await close('duplicate')).data.state_reason).toBe('duplicate')
    expect(stage.happened()).toEqual([])
  })

  it('labels and assignees are set by update with push access, and dropped without', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const set = (who: 'eve' | 'wes') =>
      stage.people[who].rest.issues.update({ ...at, issue_number, labels: ['bug'], assignee: 'wes' })
    expect((await set('eve')).data).toMatchObject({ labels: [], assignee: null })
    expect((await set('wes')).data).toMatchObject({ labels: [{ name: 'bug' }], assignee: { login: 'wes' } })
    await stage.people.wes.rest.issues.update({ ...at, issue_number, labels: [], assignees: [] })
    expect(stage.happened()).toEqual([
      'issues.opened',
      'issues.labeled',
      'issues.assigned',
      'issues.unlabeled',
      'issues.unassigned',
    ])
  })
})

describe('assignees', () => {
  it('an assignee who cannot be assigned is dropped without an error, and at most 10 are added', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const logins = Array.from({ length: 11 }, (_, index) => `dev${index}`)
    for (const login of logins) {
      stage.loopback.user(login)
      stage.loopback.addCollaborator({ repository: 'acme/widgets', by: 'olga', login, role: 'write' })
    }
    stage.happened()
    const { rest } = stage.people.tess
    const none = await rest.issues.addAssignees({
      ...at,
      issue_number,
      assignees: ['eve', 'nobody', 'tool[bot]'],
    })
    expect(none.data.assignees).toEqual([])
    await rest.issues.addAssignees({ ...at, issue_number, assignees: ['dev3'] })
    const { data } = await rest.issues.addAssignees({ ...at, issue_number, assignees: logins })
    expect(data.assignees).toHaveLength(10)
    expect(data.assignees?.[0]?.login).toBe('dev3')
    expect(stage.happened()).toEqual(Array.from({ length: 10 }, () => 'issues.assigned'))
    expect((await stage.told('issues.assigned')).assignee.login).toBe('dev9')
  })

  it('who has commented can be assigned, and is unassigned with an event', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    await stage.people.eve.rest.issues.createComment({ ...at, issue_number, body: 'I could.' })
    const { rest } = stage.people.tess
    await rest.issues.addAssignees({ ...at, issue_number, assignees: ['EVE'] })
    const { data } = await rest.issues.removeAssignees({ ...at, issue_number, assignees: ['Eve', 'wes'] })
    expect(data.assignees).toEqual([])
    expect((await stage.told('issues.unassigned')).assignee.login).toBe('eve')
    expect(
      await statusOf(stage.people.eve.rest.issues.addAssignees({ ...at, issue_number, assignees: ['eve'] })),
    ).toBe(403)
  })
})

describe('locking', () => {
  it('locks with a reason and unlocks, each once', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const { rest } = stage.people.wes
    await rest.issues.lock({ ...at, issue_number, lock_reason: 'too heated' })
    await rest.issues.lock({ ...at, issue_number })
    const { data } = await rest.issues.get({ ...at, issue_number })
    expect(data).toMatchObject({ locked: true, active_lock_reason: 'too heated' })
    expect((await rest.issues.unlock({ ...at, issue_number })).status).toBe(204)
    expect((await rest.issues.get({ ...at, issue_number })).data.active_lock_reason).toBeNull()
    expect(stage.happened()).toEqual(['issues.opened', 'issues.locked', 'issues.unlocked'])
    expect(await statusOf(stage.people.tess.rest.issues.lock({ ...at, issue_number }))).toBe(403)
  })

  it('a reason outside of the four named ones answers 422', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    const lock = stage.people.wes.request('PUT /repos/{owner}/{repo}/issues/{issue_number}/lock', {
      ...at,
      issue_number,
      lock_reason: 'boring' as 'spam',
    })
    expect(await statusOf(lock)).toBe(422)
    expect(stage.loopback.oracle.takeProblems()).toHaveLength(1)
  })

  it('a closed or locked issue stays readable by its number', async () => {
    const stage = await openStage()
    const issue_number = await opened(stage)
    await stage.people.wes.rest.issues.update({ ...at, issue_number, state: 'closed' })
    await stage.people.wes.rest.issues.lock({ ...at, issue_number })
    expect((await stage.anyone.rest.issues.get({ ...at, issue_number })).data.number).toBe(issue_number)
    expect(await statusOf(stage.anyone.rest.issues.get({ ...at, issue_number: 77 }))).toBe(404)
  })
})
