// A merge that was decided and then withdrawn is decided again, in the very same words, and happens.
import { expect, onTestFinished, test } from 'vitest'
import { openQuick } from '../../theatre/quick.ts'

test('paused between decision and merge nothing is merged; resumed, it is', async () => {
  const stage = await openQuick()
  onTestFinished(() => stage.close())
  const number = await stage.open()
  await stage.label(number)
  await stage.settle('merge')
  expect(await stage.state(number)).toMatchObject({ decided: { decision: 'merge' }, merged: null })
  await stage.say(number, '/pause a freeze')
  await stage.settle()
  const [pull] = stage.repository.pulls.values()
  expect(pull?.merged).toBeUndefined()
  expect(await stage.state(number)).toMatchObject({ decided: { decision: 'hold' }, merged: null })
  await stage.say(number, '/resume')
  await stage.settle()
  expect(pull?.merged).toBeDefined()
  expect(await stage.state(number)).toMatchObject({ closed: { result: 'accepted' } })
})
