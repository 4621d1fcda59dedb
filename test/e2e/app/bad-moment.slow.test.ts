// What happens to a task at the worst moment: its branch goes while a run is out, it is stopped before its bundle comes.
import { expect, onTestFinished, test } from 'vitest'
import type { Play } from '../../theatre/played.ts'
import { openQuick, type Quick, type QuickOptions } from '../../theatre/quick.ts'
import { WAITS } from '../../theatre/waits.ts'
import { harmOf } from '../faults/cell.ts'
import { FURTHER_PATCH } from '../tiny-repository.ts'
import { expectNothingPublished, expectSound, LONG } from './quick-page.ts'

/** `during`: what a person does while the run of that number is out, before it leaves its bundle. */
async function begun(
  options: QuickOptions,
  during: (stage: Quick, run: number) => Promise<void>,
): Promise<Quick & { number: number; status(): Promise<string> }> {
  let runs = 0
  const play: Play = async ({ attempt }, usual) => {
    if (attempt.workflow.path === '.github/workflows/autopilot.yml') await during(stage, (runs += 1))
    return usual()
  }
  const stage: Quick = await openQuick({ ...options, play })
  onTestFinished(() => stage.close())
  const number = await stage.open()
  await stage.label(number)
  await stage.settle()
  return { ...stage, number, status: async () => (await stage.said(number))[0] ?? '' }
}

test.each([
  ['brings a change', `/reply Trim it.\n\n\`\`\`diff\n${FURTHER_PATCH}\`\`\``],
  ['brings a question', '/reply The greeting in `src/greet.js` should be warmer.'],
])(
  'a branch that is deleted while a later run is out, which %s, ends the task in both places; it is not made again',
  async (_, words) => {
    const stage = await begun(WAITS, async ({ ana, at, repository }, run) => {
      const [pull] = repository.pulls.values()
      if (run === 2) await ana.rest.git.deleteRef({ ...at, ref: `heads/${pull?.headRef ?? ''}` })
    })
    const [pull] = stage.repository.pulls.values()
    const { number = 0, headRef = '' } = pull ?? {}
    await stage.say(number, words)
    await stage.settle()
    const state = await stage.state(stage.number)
    expect(state, stage.log()).toMatchObject({ closed: { result: 'stopped' }, requests: 2 })
    expect((await stage.said(number)).join('\n\n')).toContain(`${headRef} was deleted`)
    expect(await stage.status()).toMatch(/Autopilot stopped: The branch .* was deleted/)
    expect(await stage.status()).toContain('Start again: `/retry`')
    const { data } = await stage.ana.rest.repos.listBranches(stage.at)
    expect(data.map(({ name }) => name)).toEqual(['main'])
    await expectSound(stage)
  },
  LONG,
)

test(
  'a bundle that comes after /abort is not taken, and nothing is published',
  async () => {
    const stage = await begun({}, ({ ana, at }) =>
      ana.rest.issues.createComment({ ...at, issue_number: 1, body: '/abort' }).then(() => undefined),
    )
    const out = [...stage.repository.runs.values()].filter(({ event }) => event === 'workflow_dispatch')
    const artifacts = await stage.ana.rest.actions.listArtifactsForRepo(stage.at)
    expect([out.length, artifacts.data.total_count]).toEqual([1, 1])
    const state = await stage.state(stage.number)
    expect(state, stage.log()).toMatchObject({ closed: { result: 'aborted' }, run: null, pull: null })
    expect(await stage.status()).toMatch(/Stopped: aborted by @\S*ana/)
    expect(await stage.status()).not.toContain('in the run')
    await expectNothingPublished(stage)
  },
  LONG,
)

/** Fewer than the story takes: it meets `x-ratelimit-remaining: 0` on its way, more than once. */
const FEW = 8
const HOUR_MS = 3_600_000

test(
  'with the hour’s requests spent nothing is asked until they are given anew, and then the story goes on where it was',
  async () => {
    const stage = await openQuick({ limits: { installation: FEW } })
    onTestFinished(() => stage.close())
    const number = await stage.open()
    await stage.label(number)
    const repository = { ...stage.repository, owner: stage.at.owner }
    const { meter } = (await stage.service()).forge({ installation: stage.installation.id, repository })
    // GraphQL has a budget of its own
    const rest = (): string[] => stage.loopback.faults.asked().filter((on) => on.includes('/'))
    let waits = 0
    while ((await stage.state(number))?.closed === null || waits === 0) {
      await stage.settle({ most: 1 })
      if (meter.waitUntil() === undefined) continue
      waits += 1
      const before = rest()
      await stage.settle({ most: 10 })
      expect(rest().slice(before.length), stage.log()).toEqual([])
      stage.pass(HOUR_MS)
    }
    await stage.settle()
    expect(waits).toBeGreaterThan(1)
    expect(await stage.state(number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
    expect(await harmOf(stage, number, 1), stage.log()).toEqual([])
    expect((await stage.inbox.counts()).failed).toBe(0)
  },
  LONG,
)
