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
import { openStory } from './stage.ts'

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
