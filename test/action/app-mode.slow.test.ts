// A run in Actions, from the dispatch to the import: the workflow that people copy, on the runner of the loopback GitHub,
// with the built Action.
import { readFile } from 'node:fs/promises'
import { beforeEach, expect, test } from 'vitest'
import { importBundle } from '../../src/pipeline/import-run.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { prepareDemo } from '../demo/prepare.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { scratchFolder } from '../e2e/autopilot.ts'
import { filesBelow } from '../theatre/theatre.ts'
import { makeTiny, writeFiles } from '../e2e/tiny-repository.ts'
import { at } from '../loopback/actions/stage.ts'
import { openStory, type Story } from './stage.ts'

const ALL = { open: 'success', plan: 'success', work: 'success', seal: 'success', bundle: 'success' }

/** A run with its installs, on a machine that does other things too. */
const LONG = 240_000

beforeEach((context) => needsTool(context, 'bwrap'))

test(
  'the demo repository: dispatched, planned, changed, measured, sealed, and taken in by the service',
  async () => {
    const { folder, remove } = await scratchFolder()
    const demo = await prepareDemo({ folder })
    const files = await filesBelow(demo.repo)
    const issue = await readFile(demo.issue)
    await remove()
    const story = await openStory({ files, issue })
    const before = await story.state()
    await story.dispatch(await story.ask())
    const run = await story.over()
    expect(await story.steps(), await story.log()).toMatchObject(ALL)
    expect(run.title).toBe(`autopilot ${story.task} ${(await story.state()).requested?.nonce}`)
    const bundle = await story.bundle()
    if (bundle === undefined) throw new Error(await story.log())
    expect(await verifyBundle(bundle, { rederive: true })).toMatchObject({ status: 'warn' })
    expect(await importBundle(story.service, story.task, bundle, { number: 1, attempt: 1 })).toMatchObject({
      ok: true,
      outcome: { kind: 'change', iterations: 1 },
    })
    expect(before.run).toBeNull()
    expect(await story.state()).toMatchObject({ requested: null, run: { closed: { result: 'change' } } })
  },
  LONG,
)

/** The small repository, whose runs take seconds. */
async function tinyStory(
  x: { issue?: string; more?: Record<string, string>; workflow?: (text: string) => string } = {},
): Promise<Story> {
  const { folder, remove } = await scratchFolder()
  const tiny = await makeTiny(folder)
  await writeFiles(tiny.repo, x.more ?? {})
  const files = await filesBelow(tiny.repo)
  const issue = x.issue === undefined ? await readFile(tiny.issue) : Buffer.from(x.issue)
  await remove()
  return openStory({ files, issue, ...(x.workflow === undefined ? {} : { workflow: x.workflow }) })
}

async function imported(story: Story, attempt = 1): ReturnType<typeof importBundle> {
  const bundle = await story.bundle(attempt)
  if (bundle === undefined) throw new Error(await story.log())
  return importBundle(story.service, story.task, bundle, { number: 1, attempt: 1 })
}

test(
  'somebody starts the run again: what the second attempt leaves is not taken, what the first left is',
  async () => {
    const story = await tinyStory()
    await story.dispatch(await story.ask())
    const { id } = await story.over()
    await story.wes.rest.actions.reRunWorkflow({ ...at, run_id: id })
    await story.over()
    expect(await story.steps(), await story.log()).toMatchObject(ALL)
    const again = await imported(story, 2)
    expect(again).toMatchObject({ ok: false, rule: 'run-attempt' })
    expect(await imported(story)).toMatchObject({ ok: true, outcome: { kind: 'change' } })
    expect(await imported(story, 2)).toMatchObject({ ok: false, rule: 'run-attempt' })
  },
  LONG,
)

test(
  'a run that is cancelled while it works leaves a checkpoint, which says how far it came',
  async () => {
    const slow =
      "import { test } from 'node:test'\ntest('waits', () => new Promise((end) => setTimeout(end, 600_000)))\n"
    const story = await tinyStory({ more: { 'test/slow.test.js': slow } })
    await story.dispatch(await story.ask())
    const { id: run_id } = story.run()
    for (;;) {
      const { data } = await story.wes.rest.actions.listJobsForWorkflowRun({ ...at, run_id })
      const work = data.jobs[0]?.steps?.find((step) => step.name === 'work')
      if (work?.status === 'in_progress') break
      if (data.jobs[0]?.status === 'completed') throw new Error(await story.log())
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await story.wes.rest.actions.cancelWorkflowRun({ ...at, run_id })
    const run = await story.over()
    expect(run.attempts.at(-1)?.conclusion).toBe('cancelled')
    const { work, seal, bundle } = await story.steps()
    expect([work, seal, bundle], await story.log()).toEqual(['cancelled', 'success', 'success'])
    const checkpoint = await story.bundle()
    if (checkpoint === undefined) throw new Error('there is no checkpoint')
    expect(await verifyBundle(checkpoint, { rederive: true })).toMatchObject({ status: 'warn' })
    expect(await imported(story)).toMatchObject({
      ok: false,
      rule: 'run-unfinished',
      reason: expect.stringMatching(/^the run did not end: (THINK|IMPLEMENT) was passed last\.$/) as string,
    })
  },
  LONG,
)

test(
  'past its own deadline a run ends by itself, with its reason and a checkpoint',
  async () => {
    const late = `- run: sed -i 's/"started_at":"[^"]*"/"started_at":"2020-01-01T00:00:00.000Z"/' "$RUNNER_TEMP/autopilot/job.json"`
    const story = await tinyStory({
      workflow: (text) => text.replace('      - name: work', `      ${late}\n\n      - name: work`),
    })
    await story.dispatch(await story.ask())
    await story.over()
    expect(await story.steps()).toMatchObject({
      plan: 'success',
      work: 'failure',
      seal: 'success',
      bundle: 'success',
    })
    expect(await story.log()).toContain('(run-deadline)')
    expect(await imported(story)).toMatchObject({ ok: false, rule: 'run-unfinished' })
  },
  LONG,
)

test(
  'a question ends the run in the plan: it is no failure of the job, and the service hears it',
  async () => {
    const story = await tinyStory({ issue: '# Make it better\n\nIt is not good.\n' })
    await story.dispatch(await story.ask())
    await story.over()
    expect(await story.steps(), await story.log()).toMatchObject(ALL)
    expect(await imported(story)).toMatchObject({ ok: true, outcome: { kind: 'question', phase: 'SPEC' } })
    expect(await story.state()).toMatchObject({ closed: { result: 'question' } })
  },
  LONG,
)

test(
  'an envelope that is not the one of the dispatch ends the run before anything is checked out',
  async () => {
    const story = await tinyStory()
    await story.dispatch(await story.ask((text) => text.replace('somebody', 'nobody').replace('wes', 'eve')))
    await story.over()
    expect(await story.steps()).toMatchObject({
      open: 'failure',
      checkout: 'skipped',
      plan: 'skipped',
      seal: 'success',
      bundle: 'skipped',
    })
    expect(await story.log()).toContain('(envelope-digest)')
    expect(await story.bundle()).toBeUndefined()
  },
  LONG,
)
