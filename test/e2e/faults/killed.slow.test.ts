// The App's process is killed at the moments that matter, and started again: the story goes on, and nothing is done twice.
import { expect, test } from 'vitest'
import type { FaultSetting } from '../../loopback/faults/faults.ts'
import { drawTests } from '../../sample.ts'
import { playJobs } from '../../theatre/played.ts'
import { tinyStory } from '../../theatre/quick.ts'
import { openTheatre, type Theatre } from '../../theatre/theatre.ts'
import { harmOf } from './cell.ts'

/** Longer than it takes to see that a call is held and to kill who made it. */
const HELD_MS = 3_000
const LONG_MS = 120_000

interface Killed {
  theatre: Theatre
  number: number
}

/** The story up to the moment at which the call is held; then the App is gone. */
async function killedAt(setting: Omit<FaultSetting, 'fault'>, kind: 'refuse' | 'slow'): Promise<Killed> {
  const { files, issue } = await tinyStory()
  const theatre: Theatre = await openTheatre({
    files,
    loopback: {
      limits: { pointsPerMinute: 1e6, contentsPerMinute: 1e6 },
      actions: { play: playJobs(() => theatre.loopback.forge.world) },
    },
  })
  const { ana, at, loopback } = theatre
  const { data } = await ana.rest.issues.create({ ...at, ...issue })
  loopback.faults.add({ ...setting, fault: { kind, ms: HELD_MS } })
  await ana.rest.issues.addLabels({ ...at, issue_number: data.number, labels: ['autopilot'] })
  const held = async (): Promise<true | undefined> =>
    (loopback.faults.struck()[kind] ?? 0) > 0 ? true : undefined
  await theatre.until(`the call of ${setting.on}`, held, LONG_MS)
  await theatre.process.kill()
  // what GitHub was asked for comes to its end there, though nobody waits for the answer
  await new Promise((resume) => setTimeout(resume, HELD_MS))
  await loopback.settled()
  loopback.faults.clear()
  return { theatre, number: data.number }
}

async function merged({ theatre, number }: Killed): Promise<void> {
  const { ana, at } = theatre
  await theatre.until(
    'the merge and what follows',
    async () => {
      const { data } = await ana.rest.issues.listComments({ ...at, issue_number: number })
      return data.some((one) => one.body?.includes('none of them red')) ? true : undefined
    },
    LONG_MS,
  )
}

/** The App is started again, merges, and nothing is there twice. */
async function expectMergedOnce(killed: Killed): Promise<void> {
  try {
    await killed.theatre.process.start()
    await merged(killed)
    await killed.theatre.process.stop()
    expect(await harmOf(killed.theatre, killed.number, 1)).toEqual([])
  } finally {
    await killed.theatre.close()
  }
}

/** A call at which the App dies. `slow`: GitHub knows what was asked, the App has not heard of it. */
interface Moment {
  when: string
  on: string
  nth: number
  /** `refuse`: what is about to be sent is in the outbox, and nothing of it at GitHub. */
  kind: 'refuse' | 'slow'
}

const taken = (on: string, nth = 1): Moment => ({
  when: `after GitHub took ${on} and before that is recorded`,
  on,
  nth,
  kind: 'slow',
})

const MOMENTS: readonly Moment[] = [
  taken('issues/create-comment'),
  taken('actions/create-workflow-dispatch'),
  taken('git/create-ref', 2),
  taken('pulls/create'),
  taken('checks/create'),
  taken('pulls/merge'),
  { when: 'between the commit and the first effect', on: 'issues/list-comments', nth: 1, kind: 'refuse' },
  { when: 'between the branch and the pull request', on: 'pulls/create', nth: 1, kind: 'refuse' },
]

/** Of one `npm test` that draws this file: each takes as long as twenty other tests. */
const DRAWN = 2

test.for(drawTests(MOMENTS, DRAWN, 'moments of kill -9'))(
  'kill -9 $when',
  { timeout: 2 * LONG_MS },
  async ({ on, nth, kind }) => {
    const killed = await killedAt({ on, nth }, kind)
    await expectMergedOnce(killed)
  },
)

test(
  'kill -9 between the decision and the merge: what was decided then is decided again, and denied now',
  { timeout: 2 * LONG_MS },
  async () => {
    const killed = await killedAt({ on: 'pulls/merge' }, 'refuse')
    const { theatre, number } = killed
    try {
      const { ana, at } = theatre
      const { data: pulls } = await ana.rest.pulls.list(at)
      const [pull] = pulls
      if (pull === undefined) throw new Error('there is no pull request')
      const where = { ...at, issue_number: pull.number }
      await ana.rest.issues.addLabels({ ...where, labels: ['do-not-merge'] })
      await theatre.process.start()
      await theatre.until('the denial', async () => {
        const { data } = await ana.rest.checks.listForRef({ ...at, ref: pull.head.sha })
        const policy = data.check_runs.find((run) => run.name === 'autopilot/policy')
        return policy?.output.summary?.includes('do-not-merge') === true ? true : undefined
      })
      expect((await ana.rest.pulls.get({ ...at, pull_number: pull.number })).data.merged).toBe(false)
      await ana.rest.issues.removeLabel({ ...where, name: 'do-not-merge' })
      await merged(killed)
      await theatre.process.stop()
      expect(await harmOf(theatre, number, 1)).toEqual([])
    } finally {
      await theatre.close()
    }
  },
)
