// Owns the parts of a forge's contract that are about what nobody saw happen: lost answers, and runs elsewhere.
import { expect, test } from 'vitest'
import type { ForgeUnderTest, Losable } from './forge-under-test.ts'
import { LOSABLE, check, code, order, proposed } from './forge-under-test.ts'

export function lostAnswers(open: () => Promise<ForgeUnderTest>): void {
  test.each(LOSABLE)('%s whose answer is lost is not done twice by the same call', async (write) => {
    const under = await open()
    const { forge } = under
    const { pull, head, asked } = await proposed(under)
    await forge.writer.markReady(pull)
    const number = await under.people.issue('Sum is wrong')
    const since = new Date(Date.now() - 1000).toISOString()
    const inputs = { nonce: 'h-0000contract' }
    const second = { ...asked, branch: 'autopilot/t-second', draft: false }
    await forge.writer.putBranch(await order(under, { branch: second.branch }))
    const files = new Map([['envelope.json', '{}']])
    const merge = {
      number: pull.number,
      expectedHead: head,
      method: 'merge' as const,
      title: 'Add',
      message: '',
    }
    const third = await order(under, { branch: 'autopilot/t-third' })
    const writes: Record<Losable, () => Promise<unknown>> = {
      putBranch: () => forge.writer.putBranch(third),
      putPull: () => forge.writer.putPull(second),
      putCheck: () => forge.writer.putCheck(check(head)),
      putComment: () => forge.writer.putComment({ number, key: 'status', body: 'Working.' }),
      putRef: () => forge.writer.putRef({ ref: 'refs/autopilot/tasks/t-lost', files, message: 'Envelope' }),
      merge: () => forge.writer.merge(merge),
      dispatch: () => forge.runs.dispatch({ workflow: 'autopilot.yml', ref: 'main', inputs }),
    }
    under.lose(write)
    expect(await code(writes[write]())).toBe('unavailable')
    if (write === 'dispatch') {
      // nothing of a run can be put twice without doubling it: it is looked for by its name
      const found = await forge.runs.find({ workflow: 'autopilot.yml', nonce: inputs.nonce, since })
      expect(found).toMatchObject({ event: 'workflow_dispatch', attempt: 1 })
      await under.settled()
      return
    }
    const again = await writes[write]()
    const once: Record<Exclude<Losable, 'dispatch'>, object> = {
      putBranch: { result: 'unchanged' },
      putPull: { result: 'found' },
      putCheck: await forge.writer.putCheck(check(head)),
      putComment: await forge.writer.putComment({ number, key: 'status', body: 'Working.' }),
      putRef: await forge.writer.putRef({ ref: 'refs/autopilot/tasks/t-lost', files, message: 'Envelope' }),
      merge: { result: 'merged' },
    }
    expect(again).toMatchObject(once[write])
  })
}

export function runsOfWorkflows(open: () => Promise<ForgeUnderTest>): void {
  test('a workflow is started, found, observed, and its artifact downloaded within a cap', async () => {
    const under = await open()
    const { runs } = under.forge
    const since = new Date(Date.now() - 1000).toISOString()
    const start = { workflow: 'autopilot.yml', ref: 'main', inputs: { nonce: 'h-0000contract' } }
    expect(await runs.dispatch({ ...start, workflow: 'none.yml' })).toMatchObject({ result: 'missing' })
    expect(await runs.dispatch({ ...start, inputs: { odd: '1' } })).toMatchObject({ result: 'refused' })
    const started = await runs.dispatch(start)
    expect(started).toMatchObject({ result: 'started' })
    await under.settled()
    const found = await runs.find({ workflow: start.workflow, nonce: start.inputs.nonce, since })
    expect(found).toMatchObject({
      attempt: 1,
      status: 'completed',
      conclusion: 'success',
      path: '.github/workflows/autopilot.yml',
      event: 'workflow_dispatch',
      headSha: await under.main(),
      headBranch: 'main',
      actor: { kind: 'bot', app_id: under.forge.appId },
    })
    expect(started).toMatchObject({ run: { id: found?.id } })
    expect(await runs.find({ workflow: start.workflow, nonce: 'h-0000another0', since })).toBeUndefined()
    const id = found?.id ?? 0
    expect(await runs.observe(id)).toEqual(found)
    const [job] = await runs.jobs(id, 1)
    expect(job).toMatchObject({ status: 'completed', conclusion: 'success' })
    expect(job?.steps.length).toBeGreaterThan(0)
    await runs.cancel(id)
    const [artifact] = await runs.artifacts(id)
    expect(artifact).toMatchObject({ name: 'bundle', expired: false })
    const { id: made = 0, bytes = 0 } = artifact ?? {}
    expect(await runs.download(made, bytes)).toMatchObject({ result: 'ok' })
    expect(await runs.download(made, bytes - 1)).toEqual({ result: 'too_large' })
  })
}
