// The cap of the month: what tasks reserve at the same moment is counted together, and a run that is lost gives it back.
import { expect, onTestFinished, test } from 'vitest'
import { reserve } from '../../src/service/money.ts'
import { openQuick, type Quick } from '../theatre/quick.ts'

/** One run's limit, unless its settings say otherwise. */
const ONE_RUN_USD = 5

async function quick(): Promise<Quick> {
  const stage = await openQuick({
    settings: { moneyMonthUsd: ONE_RUN_USD },
    play: () => Promise.resolve({ conclusion: 'failure', steps: [], outputs: new Map() }),
  })
  onTestFinished(() => stage.close())
  return stage
}

test('of tasks that reserve at the same moment only as many get money as the month has', async () => {
  const stage = await quick()
  const service = await stage.service()
  const asked = ['t-a', 't-b', 't-c'].map((task) =>
    reserve(service, stage.installation.id, { task: `${task}000000000`, usd: ONE_RUN_USD }),
  )
  expect((await Promise.all(asked)).map(({ ok }) => ok)).toEqual([true, false, false])
})

test('a run that is lost gives its money back, and the next task has it', async () => {
  const stage = await quick()
  const numbers = [await stage.open(), await stage.open()]
  for (const number of numbers) {
    await stage.label(number)
    await stage.settle()
    expect((await stage.said(number))[0], stage.log()).toContain('The run failed before its work began')
  }
})
