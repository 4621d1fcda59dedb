// Secrets that are planted where a run and people speak: none is in the artifact, in a comment, a check or a pull request.
import { readZip } from '../../../src/adapters/bundle/bundle-zip.ts'
import { DispatchInputs } from '../../../src/contracts/envelope.ts'
import { expect, test } from 'vitest'
import { bundleOf } from '../../theatre/played.ts'
import { expectSound, labelled, LONG } from './quick-page.ts'

const SECRET = ['ghp', '0123456789abcdefghijABCDEFGHIJ012345'].join('_')

/** Passes, says the secret in its title and prints it; the file itself does not hold it. */
const LEAK = [
  "import { test } from 'node:test'",
  "const secret = ['ghp', '0123456789abcdefghijABCDEFGHIJ012345'].join('_')",
  "test(`signs in with ${secret}`, () => console.log('token:', secret))",
  '',
].join('\n')

test(
  'what tests print and are called leaves the runner without its secrets, and the work goes on to the merge',
  async () => {
    const zips: Buffer[] = []
    const stage = await labelled(
      async (request, asUsual, world) => {
        const ended = await asUsual()
        if (request.attempt.workflow.path === '.github/workflows/autopilot.yml') {
          const inputs = DispatchInputs.parse(request.attempt.event.inputs)
          zips.push(await bundleOf(world, request.attempt.event.repository, inputs, 1))
        }
        return ended
      },
      { files: { 'test/leak.test.js': LEAK } },
    )
    expect(zips).toHaveLength(1)
    const read = await readZip(zips[0] ?? Buffer.alloc(0))
    if (!read.ok) throw new Error(read.problem.message)
    const told: string[] = []
    for (const path of await read.bundle.list()) {
      const text = new TextDecoder().decode(await read.bundle.read(path))
      expect([path, text.includes(SECRET)]).toEqual([path, false])
      if (text.includes('[redacted GITHUB_TOKEN]')) told.push(path)
    }
    expect(told).toContain('evidence/VERIFY/test_results.json')
    expect(await stage.state(stage.number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
    await expectSound(stage)
  },
  LONG,
)

test(
  'a secret in somebody’s words is not said again by the bot',
  async () => {
    const stage = await labelled(() =>
      Promise.resolve({ conclusion: 'failure', steps: [], outputs: new Map() }),
    )
    await stage.say(stage.number, `/pause until ${SECRET} is revoked`)
    await stage.settle()
    const status = await stage.status()
    expect(status).toContain('paused by ana')
    expect(status).toContain('redacted')
    expect(status).not.toContain(SECRET)
    await expectSound(stage)
  },
  LONG,
)
