// What a run's artifact holds of the worker's words: nothing in a public repository, unless its settings say so.
import { expect, test } from 'vitest'
import { readZip } from '../../../src/adapters/bundle/bundle-zip.ts'
import { DispatchInputs } from '../../../src/contracts/envelope.ts'
import { WorkerEvent } from '../../../src/contracts/transcript.ts'
import { bundleOf } from '../../theatre/played.ts'
import { expectSound, labelled, LONG } from './quick-page.ts'

const OURS = '.github/workflows/autopilot.yml'

const setting = (value: boolean) => ({ '.github/autopilot.yml': `version: 1\ntranscripts: ${value}\n` })

test.each([
  ['a public repository', false, {}, false],
  ['a public repository that wants them', false, setting(true), true],
  ['a private repository', true, {}, true],
  ['a private repository that does not want them', true, setting(false), false],
])(
  'in %s the transcript is as it should be, and the work is taken in either way',
  async (_, isPrivate, files, kept) => {
    const events: WorkerEvent[] = []
    const stage = await labelled(
      async ({ attempt }, asUsual, world) => {
        const ended = await asUsual()
        if (attempt.workflow.path !== OURS) return ended
        const inputs = DispatchInputs.parse(attempt.event.inputs)
        const read = await readZip(await bundleOf(world, attempt.event.repository, inputs, 1))
        if (!read.ok) throw new Error(read.problem.message)
        const bytes = await read.bundle.read('evidence/IMPLEMENT/transcript.jsonl')
        const lines = new TextDecoder().decode(bytes).trim().split('\n')
        events.push(...lines.map((line) => WorkerEvent.parse(JSON.parse(line))))
        return ended
      },
      {
        files,
        before: (loopback) => {
          for (const repository of loopback.forge.world.repositories.values()) repository.private = isPrivate
        },
      },
    )
    const types = events.map(({ type }) => type)
    expect(types).toEqual(
      kept
        ? ['started', 'tool', 'file', 'file', 'finished']
        : ['started', 'file', 'file', 'text', 'finished'],
    )
    const left =
      'events with words or the output of tools were left out: the setting `transcripts` is off here'
    expect(JSON.stringify(events).includes(left)).toBe(!kept)
    expect(await stage.state(stage.number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
    await expectSound(stage)
  },
  LONG,
)
