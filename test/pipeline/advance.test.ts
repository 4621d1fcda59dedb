// One step at a time: what `advance` answers, and what it refuses to do.
import { expect, test } from 'vitest'
import { advance } from '../../src/pipeline/advance.ts'
import { openJournal, ProcessError } from '../../src/pipeline/journal.ts'
import { leaseKeys, withLease } from '../../src/pipeline/lease.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { countersOf } from '../../src/process/counters.ts'
import { branchesOf, gitIn } from '../e2e/tiny-repository.ts'
import { kinds, makeLaptop } from './laptop.ts'

test('a phase at a time, then done', async () => {
  const { engine, task, state, tiny } = await makeLaptop()
  const answers = []
  for (let step = 0; step < 10; step += 1) answers.push(await advance(engine, task, { stages: STAGES }))
  const phases = ['STRATEGIZE', 'SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW', 'PR']
  // MONITOR closes the task
  const done = { result: 'done' }
  expect(answers).toEqual([...phases.map((phase) => ({ result: 'advanced', phase })), done, done])
  expect((await state()).closed?.result).toBe('accepted')
  expect(await branchesOf(tiny.repo)).toHaveLength(1)
})

test('a branch of that name is in the way: it waits, keeps the branch, and goes on when it is gone', async () => {
  const { engine, task, state, tiny } = await makeLaptop()
  const git = gitIn(tiny.repo)
  const branch = 'autopilot/an-empty-name-leaves-a-space-behind-00test'
  await git('branch', branch)
  const waiting = await runTask(engine, task, { stages: STAGES })
  expect(waiting).toEqual({ kind: 'waiting', for: expect.stringContaining(`${branch} to be free`) as string })
  expect((await state()).phase).toMatchObject({ phase: 'PR', waiting: expect.any(String) as string })
  expect(await git('rev-parse', branch)).toBe(await git('rev-parse', 'main'))
  await git('branch', '-D', branch)
  expect(await runTask(engine, task, { stages: STAGES })).toEqual({ kind: 'done' })
  expect((await state()).closed?.result).toBe('accepted')
  expect(await git('rev-parse', `${branch}^`)).toBe(await git('rev-parse', 'main'))
})

test('while another process holds the task it waits and writes nothing', async () => {
  const { engine, task, entries } = await makeLaptop()
  const before = await entries()
  for (const key of leaseKeys(task, 'STRATEGIZE')) {
    const fence = await engine.leases.acquire(key, 'h-00000other', 60_000)
    if (fence === 'held') throw new Error('the lease was not free')
    expect(await advance(engine, task, { stages: STAGES })).toEqual({
      result: 'waiting',
      held: true,
      for: `the lease of ${task}/STRATEGIZE, which another process holds`,
    })
    await engine.leases.release(fence)
  }
  expect(await entries()).toEqual(before)
  expect(engine.counters.read()['lease_contention']).toBe(2)
  expect(await advance(engine, task, { stages: STAGES })).toEqual({ result: 'advanced', phase: 'STRATEGIZE' })
})

test('a jump from SPEC to IMPLEMENT is refused, and the attempt is in the ledger', async () => {
  const { engine, task, entries, state } = await makeLaptop()
  await runTask(engine, task, { stages: STAGES, until: 'SPEC' })
  const { run } = await state()
  const jump = withLease(engine, leaseKeys(task, 'IMPLEMENT'), async (held) => {
    const journal = await openJournal(engine, task, held.fences)
    const digest = run?.fingerprint ?? ''
    const about = { persona: digest, prompt: digest, inputs: {} }
    const event = { kind: 'phase.entered', phase: 'IMPLEMENT', visit: 1, ...about } as const
    await journal.write({ chain: `run:${run?.id ?? ''}`, event })
  })
  await expect(jump).rejects.toThrow(ProcessError)
  await expect(jump).rejects.toThrow('IMPLEMENT would skip PLAN, THINK')
  const all = await entries()
  expect(all.at(-1)?.event).toMatchObject({ kind: 'violation', code: 'phase_skip', phase: 'IMPLEMENT' })
  expect(countersOf(all).phase_skips_attempted).toBe(1)
  expect(kinds(all)).not.toContain('phase.entered IMPLEMENT')
  expect(await runTask(engine, task, { stages: STAGES })).toEqual({ kind: 'done' })
  expect((await state()).closed?.result).toBe('accepted')
})

test('an interruption leaves the phase to be done again, and nothing that was cut short is taken for a result', async () => {
  const stop = new AbortController()
  const { engine, task, state, entries } = await makeLaptop()
  await runTask(engine, task, { stages: STAGES, until: 'IMPLEMENT' })
  const cut = {
    ...engine,
    sandbox: { ...engine.sandbox, workspace: () => (stop.abort(), Promise.reject(stop.signal.reason)) },
  }
  expect(await runTask(cut, task, { stages: STAGES, stop: stop.signal })).toEqual({
    kind: 'waiting',
    for: expect.stringContaining('it was interrupted') as string,
  })
  expect(await state()).toMatchObject({ closed: null, phase: { phase: 'VERIFY', evidence: [] } })
  expect(kinds(await entries()).at(-1)).toBe('phase.entered VERIFY')
  expect(await runTask(engine, task, { stages: STAGES, stop: stop.signal })).toMatchObject({
    kind: 'waiting',
  })
  expect(await runTask(engine, task, { stages: STAGES })).toEqual({ kind: 'done' })
  expect((await state()).closed?.result).toBe('accepted')
})
