// Owns what is shown of check suites: how they come to be, what they amount to, and who is asked for runs.
import { describe, expect, it } from 'vitest'
import { at, openChecked } from '../checks/fixture.ts'

const refused = (status: number) => ({ status })

describe('check suites', () => {
  it('a push makes one suite an App with `checks: write` and sends it `check_suite` `requested`', async () => {
    const { ours, theirs, app, loopback, push, hooks, heard } = await openChecked()
    const reader = app({ slug: 'reader', permissions: { checks: 'read' }, events: ['check_suite'] })
    loopback.install(reader.app, 'acme')
    await loopback.settled()
    const before = hooks.length
    const sha = await push('topic')
    expect((await heard()).slice(before)).toEqual(['check_suite.requested', 'check_suite.requested'])
    const told = hooks.slice(before).map(({ headers, payload }) => ({
      to: headers['x-github-hook-installation-target-id'],
      app: String(payload.check_suite.app.id),
      installation: payload.installation.id,
      sha: payload.check_suite.head_sha,
      branch: payload.check_suite.head_branch,
    }))
    expect(told).toEqual(
      [ours, theirs].map((checker) => ({
        to: String(checker.app.id),
        app: String(checker.app.id),
        installation: checker.installation.id,
        sha,
        branch: 'topic',
      })),
    )
    const { data } = await ours.bot.rest.checks.listSuitesForRef({ ...at, ref: 'topic' })
    expect(data.check_suites.map((suite) => [suite.app?.slug, suite.status, suite.before])).toEqual([
      ['ours', 'queued', '0'.repeat(40)],
      ['theirs', 'queued', '0'.repeat(40)],
    ])
    const { data: own } = await ours.bot.rest.checks.listSuitesForRef({
      ...at,
      ref: sha,
      app_id: theirs.app.id,
    })
    expect(own.total_count).toBe(1)
  })

  it('the trailer `skip-checks: true` of the head commit makes no suite', async () => {
    const { push, repository, heard } = await openChecked()
    await push('topic', 'Typo\n\nskip-checks: true\n')
    expect(repository.checkSuites.size).toBe(0)
    await push('topic', 'skip-checks: true is only mentioned\n')
    expect(repository.checkSuites.size).toBe(2)
    expect(await heard()).toContain('check_suite.requested')
  })

  it('no suite is made for an App that was turned off, or whose installation is suspended', async () => {
    const { ours, theirs, push, repository, loopback } = await openChecked()
    const off = { app_id: ours.app.id, setting: false }
    const { data } = await ours.bot.rest.checks.setSuitesPreferences({ ...at, auto_trigger_checks: [off] })
    expect(data.preferences.auto_trigger_checks).toEqual([off])
    theirs.installation.suspendedAt = loopback.forge.clock.iso()
    await push('topic')
    expect(repository.checkSuites.size).toBe(0)
    const on = { app_id: ours.app.id, setting: true }
    await ours.bot.rest.checks.setSuitesPreferences({ ...at, auto_trigger_checks: [on] })
    await push('topic')
    expect([...repository.checkSuites.values()].map((suite) => suite.app.slug)).toEqual(['ours'])
    await expect(
      ours.bot.rest.checks.setSuitesPreferences({
        ...at,
        auto_trigger_checks: [{ app_id: 1, setting: true }],
      }),
    ).rejects.toMatchObject(refused(422))
  })

  it('a check run without suite gets one, and runs of one App and commit share it', async () => {
    const { head, ours, theirs, repository } = await openChecked()
    const suites = []
    for (const [bot, name] of [
      [ours.bot, 'ci'],
      [ours.bot, 'lint'],
      [theirs.bot, 'ci'],
    ] as const) {
      const { data } = await bot.rest.checks.create({ ...at, name, head_sha: head })
      suites.push(data.check_suite?.id)
    }
    expect(new Set(suites).size).toBe(2)
    expect(repository.checkSuites.size).toBe(2)
    const suite = { ...at, check_suite_id: suites[0] ?? 0 }
    const { data } = await ours.bot.rest.checks.listForSuite({ ...suite, check_name: 'lint' })
    expect(data.check_runs.map((run) => run.name)).toEqual(['lint'])
  })

  it('a second suite of the same App and commit answers 200 with the first', async () => {
    const { head, ours } = await openChecked()
    const first = await ours.bot.rest.checks.createSuite({ ...at, head_sha: head })
    const second = await ours.bot.rest.checks.createSuite({ ...at, head_sha: head })
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.data.id).toBe(first.data.id)
    await expect(ours.bot.rest.checks.createSuite({ ...at, head_sha: '1'.repeat(40) })).rejects.toMatchObject(
      refused(422),
    )
  })

  it("a suite's conclusion is the one of highest priority among its runs, and it is completed when all runs are", async () => {
    const { head, ours, heard, hooks, loopback } = await openChecked()
    const { checks } = ours.bot.rest
    const { data: suite } = await checks.createSuite({ ...at, head_sha: head })
    const id = { ...at, check_suite_id: suite.id }
    const state = async () => {
      const { data } = await checks.getSuite(id)
      return [data.status, data.conclusion]
    }
    expect(await state()).toEqual(['queued', null])
    const wanted = { ...at, head_sha: head }
    const { data: slow } = await checks.create({ ...wanted, name: 'slow' })
    expect(await state()).toEqual(['queued', null])
    await checks.create({ ...wanted, name: 'a', conclusion: 'success' })
    await checks.create({ ...wanted, name: 'b', conclusion: 'neutral' })
    expect(await state()).toEqual(['in_progress', null])
    await checks.update({ ...at, check_run_id: slow.id, conclusion: 'timed_out' })
    expect(await state()).toEqual(['completed', 'timed_out'])
    const { data: again } = await checks.create({ ...wanted, name: 'slow', status: 'in_progress' })
    expect(await state()).toEqual(['in_progress', null])
    await checks.update({ ...at, check_run_id: again.id, conclusion: 'skipped' })
    expect(await state()).toEqual(['completed', 'success'])
    await heard()
    await loopback.settled()
    const completed = hooks.filter((hook) => hook.action === 'completed' && hook.event === 'check_suite')
    expect(new Set(completed.map((hook) => hook.payload.check_suite.conclusion))).toEqual(
      new Set(['timed_out', 'success']),
    )
  })

  it('asking again for a suite sends `rerequested` to the owning App alone and resets the suite', async () => {
    const { head, ours, theirs, loopback, heard, hooks } = await openChecked()
    const { checks } = ours.bot.rest
    const { data: run } = await checks.create({ ...at, name: 'ci', head_sha: head, conclusion: 'failure' })
    const id = { ...at, check_suite_id: run.check_suite?.id ?? 0 }
    await expect(theirs.bot.rest.checks.rerequestSuite(id)).rejects.toMatchObject(refused(403))
    await loopback.settled()
    const before = hooks.length
    await checks.rerequestSuite(id)
    expect((await heard()).slice(before)).toEqual(['check_suite.rerequested'])
    expect((await checks.getSuite(id)).data).toMatchObject({ status: 'queued', conclusion: null })
    expect((await checks.get({ ...at, check_run_id: run.id })).data.conclusion).toBe('failure')
  })
})
