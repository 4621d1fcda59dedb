// A tape gives back what was put on it, key by key, and says what it does not hold.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { recordClock, recordIds } from '../../../src/adapters/tape/record.ts'
import { replayClock, replayIds } from '../../../src/adapters/tape/replay.ts'
import { recordingTape, replayingTape, TapeError } from '../../../src/adapters/tape/tape.ts'

async function tapeFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tape-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'tape.jsonl')
}

const value = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
    fc.date({ noInvalidDate: true }),
  ),
  any: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('any')),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('any')).map((map) => ({ ...map })),
  ),
})).any

test('whatever an answer is made of comes back as it was', async () => {
  const file = await tapeFile()
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 5 }), async (answers) => {
      const tape = recordingTape(file)
      for (const answer of answers) tape.put('port.call', answer)
      const replay = replayingTape(file, { goOn: false })
      for (const answer of answers) expect(replay.take('port.call')).toStrictEqual(answer)
    }),
    { numRuns: 50 },
  )
})

test('answers of one key come in their order, whatever was asked between', async () => {
  const file = await tapeFile()
  const tape = recordingTape(file)
  for (const [key, answer] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const)
    tape.put(key, answer)
  const replay = replayingTape(file, { goOn: false })
  expect([replay.take('a'), replay.take('a'), replay.take('b')]).toEqual([1, 3, 2])
})

test('a read that is repeated gets the last answer again; time never repeats', async () => {
  const file = await tapeFile()
  const tape = recordingTape(file)
  tape.put('git.head', 'x')
  tape.put('clock.now', new Date(0))
  const replay = replayingTape(file, { goOn: false })
  expect([replay.take('git.head'), replay.take('git.head')]).toEqual(['x', 'x'])
  replay.take('clock.now')
  expect(() => replay.take('clock.now')).toThrow(
    new TapeError(`the recording ${file} holds no answer 2 to clock.now: the run took another way`),
  )
})

test('a question that was never asked names itself', async () => {
  const file = await tapeFile()
  recordingTape(file)
  const replay = replayingTape(file, { goOn: false })
  expect(() => replay.take('git.tree abc')).toThrow('holds no answer 1 to git.tree abc')
})

test('a replay goes on where the process before it ended, or starts anew', async () => {
  const file = await tapeFile()
  const tape = recordingTape(file)
  for (const answer of [1, 2, 3]) tape.put('a', answer)
  const first = replayingTape(file, { goOn: false })
  expect(first.take('a')).toBe(1)
  first.close()
  const second = replayingTape(file, { goOn: true })
  expect(second.take('a')).toBe(2)
  second.close()
  expect(replayingTape(file, { goOn: true }).take('a')).toBe(3)
  expect(replayingTape(file, { goOn: false }).take('a')).toBe(1)
})

test('a tape is either recorded or replayed, and only its owner can read it', async () => {
  const file = await tapeFile()
  const tape = recordingTape(file)
  expect(() => tape.take('a')).toThrow(TapeError)
  tape.put('a', 1)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(() => replayingTape(file, { goOn: false }).put('a', 2)).toThrow('a replay records nothing')
  expect(await readFile(file, 'utf8')).toBe('{"key":"a","value":1}\n')
  await writeFile(file, '')
  recordingTape(file)
  expect(await readFile(file, 'utf8')).toBe('')
})

test('clock and ids: the recorded ones come back, and a replayed sleep lasts until it is called off', async () => {
  const file = await tapeFile()
  const tape = recordingTape(file)
  let tick = 0
  const clock = recordClock(
    { now: () => new Date((tick += 1)), monotonic: () => 0, sleep: () => Promise.resolve() },
    tape,
  )
  const ids = recordIds({ next: (kind) => `${kind}-${(tick += 1)}` }, tape)
  const seen = [clock.now(), ids.next('r'), clock.now(), ids.next('t')]
  const replay = replayingTape(file, { goOn: false })
  const [again, names] = [replayClock(replay), replayIds(replay)]
  expect([again.now(), names.next('r'), again.now(), names.next('t')]).toEqual(seen)
  const over = new AbortController()
  const slept = again.sleep(1, over.signal)
  over.abort()
  await slept
})
