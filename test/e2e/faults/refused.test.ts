// What GitHub refuses for a long time: nothing runs hot, people are told, and it goes on by itself once it may.
import { expect, test } from 'vitest'
import { openQuick } from '../../theatre/quick.ts'

test('a task whose facts GitHub refuses to give says so on its issue, and merges once it gives them', async () => {
  const stage = await openQuick()
  try {
    const number = await stage.open()
    stage.loopback.faults.add({ on: 'graphql', times: 30, fault: { kind: 'status', status: 403 } })
    await stage.label(number)
    const told = async (): Promise<boolean> =>
      (await stage.said(number)).join().includes('GitHub refuses what the next step needs')
    for (let look = 0; look < 30 && !(await told()); look += 1) await stage.settle({ most: 10 })
    expect(await told(), stage.log()).toBe(true)
    await stage.settle()
    expect(await told()).toBe(false)
    expect(await stage.state(number)).toMatchObject({ closed: { result: 'accepted' } })
  } finally {
    await stage.close()
  }
})

test('a comment that GitHub refuses is given up after twelve tries, and holds nothing else up', async () => {
  const stage = await openQuick()
  try {
    const number = await stage.open()
    const on = 'issues/create-comment'
    stage.loopback.faults.add({ on, times: 10_000, fault: { kind: 'status', status: 403 } })
    await stage.label(number)
    await stage.settle()
    expect(await stage.state(number)).toMatchObject({ closed: { result: 'accepted' } })
    expect(await stage.said(number)).toEqual([])
    // status, plan, quality and council, each with the few bodies that the status had
    expect(stage.loopback.faults.asked().filter((one) => one === on).length).toBeLessThan(12 * 12)
  } finally {
    await stage.close()
  }
})
