// The default branch after a merge, when one of its checks never ends: looked at later and later, and given up aloud.
import { expect, onTestFinished, test } from 'vitest'
import type { Play } from '../../theatre/played.ts'
import { openQuick, type Quick } from '../../theatre/quick.ts'
import { expectSound, LONG } from './quick-page.ts'

const MINUTE_MS = 60_000
const FAR = new Date('2200-01-01')

test(
  'a check of the default branch that never ends is looked at ever more rarely, and after a day people are told that its end is not known',
  async () => {
    const play: Play = async ({ attempt }, usual) => {
      const { headBranch, headSha: sha } = attempt.event
      const [{ merged } = { merged: undefined }] = stage.repository.pulls.values()
      if (headBranch === 'main' && merged !== undefined) {
        const status = { sha, context: 'deploy', state: 'pending' } as const
        await stage.ana.rest.repos.createCommitStatus({ ...stage.at, ...status })
      }
      return usual()
    }
    const stage: Quick = await openQuick({ play })
    onTestFinished(() => stage.close())
    const number = await stage.open()
    await stage.label(number)
    const waits: number[] = []
    for (;;) {
      await stage.settle({ most: 1 })
      const state = await stage.state(number)
      if (state?.closed != null) break
      if (state?.phase?.phase !== 'MONITOR') continue
      const [wake] = await stage.wakes.due(FAR, 1)
      const wait = Date.parse(wake?.at ?? '') - stage.clock.now().getTime()
      if (!(wait > 0)) continue
      waits.push(wait)
      stage.clock.pass(wait)
    }
    await stage.settle()
    expect(waits, stage.log()).toEqual(waits.toSorted((a, b) => a - b))
    expect(waits.at(-1)).toBe(30 * MINUTE_MS)
    expect(waits.length).toBeLessThan(65)
    expect(await stage.state(number)).toMatchObject({
      closed: { result: 'stopped' },
      merged: { by: 'the policy' },
    })
    const [pull] = stage.repository.pulls.values()
    const said = (await stage.said(pull?.number ?? 0)).join('\n\n')
    expect(said).toContain('Whether main is green after this merge is not known')
    expect(said).toContain('`deploy`')
    expect((await stage.said(number))[0]).toMatch(
      /– Not known: whether main at \S+ is green after the merge: deploy/,
    )
    await expectSound(stage)
  },
  LONG,
)
