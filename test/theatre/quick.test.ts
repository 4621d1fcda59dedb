// The quick stage tells the story of the real one: from the label to the merge and what follows.
import { expect, test } from 'vitest'
import { openQuick } from './quick.ts'

test('a labelled issue becomes a merged pull request on the quick stage, and nothing is left to do', async () => {
  const stage = await openQuick()
  try {
    const number = await stage.open()
    await stage.label(number)
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({
      closed: { result: 'accepted' },
      merged: { by: 'the policy' },
    })
    expect((await stage.ana.rest.issues.get({ ...stage.at, issue_number: number })).data.state).toBe('closed')
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  } finally {
    await stage.close()
  }
})
