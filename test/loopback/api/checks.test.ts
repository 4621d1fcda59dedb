// Owns what is shown of check runs: who may write them, their limits, how they end and who hears of it.
import { describe, expect, it } from 'vitest'
import { at, openChecked } from '../checks/fixture.ts'
import { pressAction, pressRerun } from '../furnish/checks.ts'

const DAY = 24 * 3_600_000
const refused = (status: number) => ({ status })

const note = (line: number) => ({
  path: 'src/sum.js',
  start_line: line,
  end_line: line,
  annotation_level: 'notice' as const,
  message: `line ${line}`,
})

describe('check runs', () => {
  it("only Apps write check runs and suites; a person's token answers 403", async () => {
    const { ana, head, repository } = await openChecked()
    const { checks } = ana.client.rest
    await expect(checks.create({ ...at, name: 'ci', head_sha: head })).rejects.toMatchObject(refused(403))
    await expect(checks.createSuite({ ...at, head_sha: head })).rejects.toMatchObject(refused(403))
    expect([repository.checkRuns.size, repository.checkSuites.size]).toEqual([0, 0])
  })

  it("an App changes only check runs that it created; another's answer 403", async () => {
    const { head, ours, theirs } = await openChecked()
    const { data: run } = await ours.bot.rest.checks.create({ ...at, name: 'ci', head_sha: head })
    const id = { ...at, check_run_id: run.id }
    await expect(theirs.bot.rest.checks.update({ ...id, conclusion: 'success' })).rejects.toMatchObject(
      refused(403),
    )
    await expect(theirs.bot.rest.checks.rerequestRun(id)).rejects.toMatchObject(refused(403))
    expect((await theirs.bot.rest.checks.get(id)).data.conclusion).toBeNull()
    await expect(
      ours.bot.rest.checks.update({ ...at, check_run_id: 1, conclusion: 'success' }),
    ).rejects.toMatchObject(refused(404))
  })

  it('a check run of a commit that the repository does not have answers 422', async () => {
    const { ours, repository } = await openChecked()
    for (const head_sha of ['1'.repeat(40), 'main']) {
      await expect(ours.bot.rest.checks.create({ ...at, name: 'ci', head_sha })).rejects.toMatchObject(
        refused(422),
      )
    }
    expect(repository.checkRuns.size).toBe(0)
  })

  it('a new run is queued, has its details on the page of its App, and belongs to a suite', async () => {
    const { head, ours, loopback } = await openChecked()
    const { data: run } = await ours.bot.rest.checks.create({ ...at, name: 'ci', head_sha: head })
    expect(run).toMatchObject({ status: 'queued', conclusion: null, completed_at: null, external_id: '' })
    expect(run.details_url).toBe(`${loopback.origin}/apps/ours`)
    expect(run.app?.id).toBe(ours.app.id)
    const suite = { ...at, check_suite_id: run.check_suite?.id ?? 0 }
    expect((await ours.bot.rest.checks.getSuite(suite)).data.head_branch).toBe('main')
  })

  it('`conclusion` sets `status` to completed and `completed_at`; `completed` without conclusion answers 422', async () => {
    const { head, ours, loopback } = await openChecked()
    const { checks } = ours.bot.rest
    const { data: run } = await checks.create({ ...at, name: 'ci', head_sha: head, external_id: '7' })
    const id = { ...at, check_run_id: run.id }
    const { data: done } = await checks.update({ ...id, conclusion: 'failure' })
    expect(done).toMatchObject({ status: 'completed', conclusion: 'failure', external_id: '7' })
    expect(done.completed_at).not.toBeNull()
    const { data: again } = await checks.update({ ...id, status: 'in_progress' })
    expect(again).toMatchObject({ status: 'in_progress', conclusion: null, completed_at: null })
    const wanted = { ...at, name: 'ci', head_sha: head }
    await expect(checks.create({ ...wanted, status: 'completed' })).rejects.toMatchObject(refused(422))
    await expect(checks.update({ ...id, completed_at: '2030-01-01T00:00:00Z' })).rejects.toMatchObject(
      refused(422),
    )
    await expect(checks.update({ ...id, status: 'completed' } as never)).rejects.toMatchObject(refused(422))
    // GitHub's schema knows the last of the three by itself
    expect(loopback.oracle.takeProblems()).not.toEqual([])
  })

  it('an App cannot set `stale`, nor the statuses `waiting`, `pending` and `requested`: 422', async () => {
    const { head, ours, loopback } = await openChecked()
    const { checks } = ours.bot.rest
    const { data: run } = await checks.create({ ...at, name: 'ci', head_sha: head })
    const id = { ...at, check_run_id: run.id }
    await expect(checks.update({ ...id, conclusion: 'stale' })).rejects.toMatchObject(refused(422))
    for (const status of ['waiting', 'pending', 'requested'] as const) {
      await expect(checks.update({ ...id, status } as never)).rejects.toMatchObject(refused(422))
      await expect(checks.update({ ...id, status, conclusion: 'success' } as never)).rejects.toMatchObject(
        refused(422),
      )
    }
    loopback.oracle.takeProblems()
    expect((await checks.get(id)).data.status).toBe('queued')
  })

  it('a run that is not completed within 14 days becomes `stale`', async () => {
    const { ana, head, ours, loopback } = await openChecked()
    const { checks } = ours.bot.rest
    await checks.create({ ...at, name: 'slow', head_sha: head, status: 'in_progress' })
    await checks.create({ ...at, name: 'done', head_sha: head, conclusion: 'success' })
    loopback.forge.clock.advance(14 * DAY - 60_000)
    const { data: before } = await ana.client.rest.checks.listForRef({ ...at, ref: 'main' })
    expect(before.check_runs.map((run) => run.conclusion)).toEqual(['success', null])
    loopback.forge.clock.advance(120_000)
    const { data: after } = await ana.client.rest.checks.listForRef({ ...at, ref: 'main' })
    expect(after.check_runs.map((run) => [run.name, run.status, run.conclusion])).toEqual([
      ['done', 'completed', 'success'],
      ['slow', 'completed', 'stale'],
    ])
  })

  it('more than 50 annotations in one request answer 422, and each request appends to those there', async () => {
    const { head, ours, loopback } = await openChecked()
    const { checks } = ours.bot.rest
    const output = (from: number, count: number) => ({
      title: 'Lint',
      summary: 'lines',
      annotations: Array.from({ length: count }, (_, index) => note(from + index)),
    })
    const wanted = { ...at, name: 'lint', head_sha: head }
    await expect(checks.create({ ...wanted, output: output(1, 51) })).rejects.toMatchObject(refused(422))
    expect(loopback.oracle.takeProblems()).not.toEqual([])
    const { data: run } = await checks.create({ ...wanted, output: output(1, 50) })
    const id = { ...at, check_run_id: run.id }
    const { data: more } = await checks.update({ ...id, output: output(51, 10) })
    expect(more.output.annotations_count).toBe(60)
    const listed = await ours.bot.paginate(checks.listAnnotations, { ...id, per_page: 25 })
    expect(listed.map((one) => one.start_line)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
  })

  it('an annotation has columns on one line only, and ends not before it begins', async () => {
    const { head, ours, repository } = await openChecked()
    const wrong = [
      { ...note(3), end_line: 2 },
      { ...note(3), end_line: 4, start_column: 1 },
      { ...note(3), title: 'x'.repeat(256) },
      { ...note(3), message: 'ü'.repeat(40_000) },
    ]
    for (const annotation of wrong) {
      const output = { title: 'Lint', summary: '', annotations: [annotation] }
      await expect(
        ours.bot.rest.checks.create({ ...at, name: 'lint', head_sha: head, output }),
      ).rejects.toMatchObject(refused(422))
    }
    expect(repository.checkRuns.size).toBe(0)
  })

  it('`summary` or `text` above 65,535 characters answer 422; `output` needs title and summary', async () => {
    const { head, ours, loopback } = await openChecked()
    const { checks } = ours.bot.rest
    const wanted = { ...at, name: 'ci', head_sha: head }
    const long = 'x'.repeat(65_536)
    const wrong = [
      { title: 't', summary: long },
      { title: 't', summary: 's', text: long },
      { title: 't' },
      { summary: 's' },
    ]
    for (const output of wrong) {
      await expect(checks.create({ ...wanted, output: output as never })).rejects.toMatchObject(refused(422))
    }
    expect(loopback.oracle.takeProblems().length).toBeGreaterThanOrEqual(wrong.length)
    const { data } = await checks.create({ ...wanted, output: { title: 't', summary: long.slice(1) } })
    expect(data.output.summary).toHaveLength(65_535)
  })

  it('a run without a name answers 422', async () => {
    const { head, ours, loopback } = await openChecked()
    await expect(ours.bot.rest.checks.create({ ...at, name: ' ', head_sha: head })).rejects.toMatchObject(
      refused(422),
    )
    await expect(ours.bot.rest.checks.create({ ...at, head_sha: head } as never)).rejects.toMatchObject(
      refused(422),
    )
    expect(loopback.oracle.takeProblems()).toHaveLength(1)
  })

  it('at most three actions are accepted, and pressing one sends `requested_action` to the owning App', async () => {
    const { head, ours, ana, repository, loopback, heard, hooks } = await openChecked()
    const action = (identifier: string) => ({ label: 'Fix', description: 'Repair it', identifier })
    const wanted = { ...at, name: 'ci', head_sha: head, conclusion: 'failure' as const }
    await expect(
      ours.bot.rest.checks.create({ ...wanted, actions: ['a', 'b', 'c', 'd'].map(action) }),
    ).rejects.toMatchObject(refused(422))
    await expect(
      ours.bot.rest.checks.create({ ...wanted, actions: [action('x'.repeat(21))] }),
    ).rejects.toMatchObject(refused(422))
    expect(loopback.oracle.takeProblems()).toHaveLength(2)
    const { data: run } = await ours.bot.rest.checks.create({ ...wanted, actions: [action('fix')] })
    await loopback.settled()
    const before = hooks.length
    const press = { run: run.id, person: ana.account }
    await pressAction(loopback.forge, repository, { ...press, identifier: 'fix' })
    expect((await heard()).slice(before)).toEqual(['check_run.requested_action'])
    const { payload, headers } = hooks[before] ?? {}
    expect(payload.requested_action).toEqual({ identifier: 'fix' })
    expect(payload.sender.login).toBe('ana')
    expect(headers?.['x-github-hook-installation-target-id']).toBe(String(ours.app.id))
    await expect(pressAction(loopback.forge, repository, { ...press, identifier: 'other' })).rejects.toThrow(
      'no button',
    )
  })

  it('two runs of one name may stand on one commit; the default filter `latest` lists the newest of each name of each App', async () => {
    const { head, ours, theirs } = await openChecked()
    const ids: number[] = []
    for (const { bot } of [ours, ours, theirs]) {
      const { data } = await bot.rest.checks.create({ ...at, name: 'ci', head_sha: head })
      ids.push(data.id)
    }
    const list = async (more: object) => {
      const { data } = await ours.bot.rest.checks.listForRef({ ...at, ref: 'heads/main', ...more })
      expect(data.total_count).toBe(data.check_runs.length)
      return data.check_runs.map((run) => run.id)
    }
    expect(await list({})).toEqual([ids[2], ids[1]])
    expect(await list({ filter: 'all' })).toEqual([...ids].reverse())
    expect(await list({ app_id: theirs.app.id })).toEqual([ids[2]])
    expect(await list({ check_name: 'lint' })).toEqual([])
    await ours.bot.rest.checks.update({ ...at, check_run_id: ids[1] ?? 0, conclusion: 'neutral' })
    expect(await list({ status: 'completed' })).toEqual([ids[1]])
    await expect(list({ ref: 'nowhere' })).rejects.toMatchObject(refused(422))
  })

  it('beyond 1,000 runs of one name in a suite the oldest are deleted', async () => {
    const { head, ours, repository, loopback } = await openChecked()
    const create = (name: string) => ours.bot.rest.checks.create({ ...at, name, head_sha: head })
    const { data: first } = await create('ci')
    const { data: other } = await create('other')
    const run = repository.checkRuns.get(first.id)
    if (run === undefined) throw new Error('the run was not kept')
    for (let made = 1; made < 1000; made += 1) {
      const id = loopback.forge.world.nextId()
      repository.checkRuns.set(id, { ...run, id })
    }
    expect(repository.checkRuns.size).toBe(1001)
    await create('ci')
    expect(repository.checkRuns.size).toBe(1001)
    const gone = ours.bot.rest.checks.get({ ...at, check_run_id: first.id })
    await expect(gone).rejects.toMatchObject(refused(404))
    expect((await ours.bot.rest.checks.get({ ...at, check_run_id: other.id })).status).toBe(200)
  })

  it('asking again for a run sends `rerequested` to the owning App alone, sets the suite to queued without conclusion, and leaves the run as it is', async () => {
    const { head, ours, ana, repository, loopback, heard, hooks } = await openChecked()
    const { checks } = ours.bot.rest
    const { data: run } = await checks.create({ ...at, name: 'ci', head_sha: head })
    const id = { ...at, check_run_id: run.id }
    await expect(checks.rerequestRun(id)).rejects.toMatchObject(refused(422))
    await checks.update({ ...id, conclusion: 'failure' })
    await loopback.settled()
    const before = hooks.length
    await checks.rerequestRun(id)
    await pressRerun(loopback.forge, repository, { run: run.id, person: ana.account })
    expect((await heard()).slice(before)).toEqual(['check_run.rerequested', 'check_run.rerequested'])
    expect(hooks.slice(before).map((hook) => hook.payload.sender.login)).toEqual(['ours[bot]', 'ana'])
    expect((await checks.get(id)).data).toMatchObject({ status: 'completed', conclusion: 'failure' })
    const suite = { ...at, check_suite_id: run.check_suite?.id ?? 0 }
    expect((await checks.getSuite(suite)).data).toMatchObject({ status: 'queued', conclusion: null })
    await checks.update({ ...id, conclusion: 'success' })
    expect((await checks.getSuite(suite)).data).toMatchObject({
      status: 'completed',
      conclusion: 'success',
    })
  })

  it('`check_run` webhooks reach Apps other than the owner as `created` and `completed` only', async () => {
    const { head, ours, theirs, loopback, hooks, heard } = await openChecked()
    await loopback.settled()
    const before = hooks.length
    const { data: run } = await ours.bot.rest.checks.create({ ...at, name: 'ci', head_sha: head })
    const id = { ...at, check_run_id: run.id }
    await ours.bot.rest.checks.update({ ...id, conclusion: 'success' })
    await ours.bot.rest.checks.rerequestRun(id)
    await heard()
    const of = (app: number) =>
      hooks
        .slice(before)
        .filter((hook) => hook.headers['x-github-hook-installation-target-id'] === String(app))
        .map(({ event, action }) => `${event}.${action}`)
    const both = ['check_run.created', 'check_run.completed', 'check_suite.completed']
    expect(of(ours.app.id)).toEqual([...both, 'check_run.rerequested'])
    expect(of(theirs.app.id)).toEqual(both)
    expect(hooks.at(-1)?.payload.check_run.check_suite.head_branch).toBe('main')
  })

  it('`pull_requests` of a run lists every open pull request with that head in the same repository', async () => {
    const { ours, push, pull, repository } = await openChecked()
    const sha = await push('topic')
    const first = await pull(sha, 'topic')
    const second = await pull(sha, 'topic')
    const closed = repository.issues.get(await pull(sha, 'topic'))
    if (closed !== undefined) closed.state = 'closed'
    const { data } = await ours.bot.rest.checks.create({ ...at, name: 'ci', head_sha: sha })
    expect(data.pull_requests.map((one) => [one.number, one.head.ref, one.base.ref])).toEqual([
      [first, 'topic', 'main'],
      [second, 'topic', 'main'],
    ])
  })

  it('a run of a push to a fork has `pull_requests: []` and `head_branch: null` in its suite', async () => {
    const { ours, loopback, pull } = await openChecked()
    loopback.user('fay')
    const fork = await loopback.repository({ owner: 'fay', name: 'widgets', files: { 'a.txt': 'a' } })
    const sha = (await fork.git.resolve('main', 'commit')) ?? ''
    await pull(sha, 'main', fork)
    const { data } = await ours.bot.rest.checks.create({ ...at, name: 'ci', head_sha: sha })
    expect(data.pull_requests).toEqual([])
    const suite = { ...at, check_suite_id: data.check_suite?.id ?? 0 }
    expect((await ours.bot.rest.checks.getSuite(suite)).data.head_branch).toBeNull()
  })
})
