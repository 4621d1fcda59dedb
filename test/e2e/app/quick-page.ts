// Owns what the tests of bad runs and bundles share on the quick stage: a job that ends as told, and what must not be there.
import { expect, onTestFinished } from 'vitest'
import type { JobRequest, JobResult } from '../../loopback/runner/job/request.ts'
import type { World } from '../../loopback/world/world.ts'
import { STEPS, type Play } from '../../theatre/played.ts'
import { openQuick, type Quick, type QuickOptions } from '../../theatre/quick.ts'

/** A job in the world in which it runs. */
export type PlayIn = (
  request: JobRequest,
  asUsual: () => Promise<JobResult>,
  world: World,
) => ReturnType<Play>

/** A stage of its own, with a labelled issue whose consequences have come to rest. */
export interface Labelled extends Quick {
  number: number
  /** Comments `/retry`, whose run is played so; all comes to rest. */
  retry(play?: PlayIn): Promise<void>
  /** The status comment as it is now. */
  status(): Promise<string>
}

export async function labelled(first: PlayIn, options: QuickOptions = {}): Promise<Labelled> {
  let play = first
  const world = (): World => stage.loopback.forge.world
  const stage = await openQuick({
    ...options,
    play: (request, asUsual) => play(request, asUsual, world()),
  })
  onTestFinished(() => stage.close())
  const number = await stage.open()
  await stage.label(number)
  await stage.settle()
  return {
    ...stage,
    number,
    async retry(next = usual) {
      play = next
      await stage.say(number, '/retry')
      await stage.settle()
    },
    status: async () => (await stage.said(number))[0] ?? '',
  }
}

/** The job as it should be. */
export const usual: PlayIn = (_, asUsual) => asUsual()

/** The job's steps, `at` with that conclusion, those before it well and those behind it skipped. */
export function endedAt(
  { attempt }: Pick<JobRequest, 'attempt'>,
  conclusion: JobResult['conclusion'],
  at: string | null,
): JobResult {
  const names = ['Set up job', ...STEPS]
  const broken = at === null ? 0 : names.indexOf(at)
  const now = attempt.host.now()
  const steps = names.slice(0, at === null ? 0 : names.length).map((name, index) => ({
    number: index + 1,
    name,
    status: 'completed' as const,
    conclusion: index < broken ? ('success' as const) : index === broken ? conclusion : ('skipped' as const),
    startedAt: now,
    completedAt: now,
  }))
  return { conclusion, steps, outputs: new Map() }
}

/** No branch, no pull request, no merge: what came of the run touched nothing. */
export async function expectNothingPublished(stage: Quick): Promise<void> {
  const { ana, at } = stage
  const { data: branches } = await ana.rest.repos.listBranches(at)
  const { data: pulls } = await ana.rest.pulls.list({ ...at, state: 'all' })
  expect([branches.map(({ name }) => name), pulls.length], stage.log()).toEqual([['main'], 0])
  expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
}
