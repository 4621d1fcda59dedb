// Shows where another emulator answers as ours does, and that every difference was judged.
import { expect, test } from 'vitest'
import { JUDGED } from './judged.ts'
import { PROBES } from './probes.ts'
import type { Witness } from './probes.ts'
import { hostEmulate, hostLoopback } from './witnesses.ts'

async function answers(witness: Witness): Promise<Map<string, unknown>> {
  const seen = new Map<string, unknown>()
  for (const { name, ask } of PROBES) {
    seen.set(name, await ask(witness).catch((error: unknown) => `broke off: ${String(error)}`))
  }
  return seen
}

test('emulate and the loopback agree, but for differences that the documentation decides', async () => {
  await using ours = await hostLoopback()
  await using theirs = await hostEmulate()
  const [mine, other] = [await answers(ours.witness), await answers(theirs.witness)]
  const different = [...mine].filter(
    ([name, seen]) => JSON.stringify(seen) !== JSON.stringify(other.get(name)),
  )
  expect(different.map(([name]) => name).toSorted()).toEqual(Object.keys(JUDGED).toSorted())
  expect([...mine.values()].filter((seen) => String(seen).startsWith('broke off'))).toEqual([])
})

test('ours answers each judged question as the documentation has it', async () => {
  await using ours = await hostLoopback()
  const mine = await answers(ours.witness)
  expect(Object.fromEntries(Object.keys(JUDGED).map((name) => [name, mine.get(name)]))).toEqual({
    'an unknown token': 401,
    'what the App may not: a commit status': 403,
    'the App as a person': 403,
    'a private repository without a token': 404,
    'a private repository by a stranger': 404,
    'closing by a reader': 403,
    'labelling by a reader': 403,
    'a comment on a locked issue by a reader': 403,
    'what the author may: permission of a collaborator': { status: 200, seen: 'read' },
    'a check run by a person': 403,
    'a conclusion completes a run': { status: 200, seen: ['completed', 'success', true] },
  })
})
