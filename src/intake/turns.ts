// Owns turns: what a person says about a task after it began, cleaned, pinned and added to its conversation.
import type { Timestamp } from '../contracts/base.ts'
import { digestOf } from '../contracts/canonical.ts'
import type { TaskRequest, Turn } from '../contracts/task.ts'
import { shorten } from '../contracts/text.ts'
import type { Problem } from '../ports.ts'
import { cleanMarkdown } from './clean-text.ts'
import { constraintsIn } from './constraints.ts'
import { splitPlace, splitPlaces } from './place.ts'

/** What one person said: the text of a command, raw. */
export interface SaidTurn {
  /** Unique, where it was said: a Command's `source`. */
  id: string
  /** `github:LOGIN:ID`. */
  author: string
  at: Timestamp
  text: string
}

export type TurnResult =
  /** `added` false: the conversation had this turn already, and nothing changed. `removed`: what the cleaning took out. */
  | { ok: true; request: TaskRequest; turn: Turn; added: boolean; removed: readonly string[] }
  | { ok: false; problem: Problem }

/** Code units of all turns that are kept whole; R95. */
export const MOST_CONVERSATION = 16_000
/** A task that needs more is another task. */
export const MOST_TURNS = 50
const LONGEST_SUMMARY = 200
const SUMMARISED = 'Summarised: '

export function addTurn(request: TaskRequest, said: SaidTurn): TurnResult {
  const before = request.conversation
  const known = before.find((turn) => turn.id === said.id)
  if (known !== undefined) return { ok: true, request, turn: known, added: false, removed: [] }
  const { text, removed } = cleanMarkdown(said.text)
  const pieces = splitPlaces(text.trim())
  if (!pieces.some(({ rest }) => /[\p{L}\p{N}]/u.test(rest))) {
    return problem(
      'turn-empty',
      'The reply has no text.',
      'Write what should be different: `/reply` followed by a sentence or a list.',
    )
  }
  if (before.length >= MOST_TURNS) {
    return problem(
      'turn-too-many',
      `The task has ${before.length} turns already, the most that are kept.`,
      'Open a new issue that says what is still missing.',
    )
  }
  const turn: Turn = {
    id: said.id,
    parent: before.at(-1)?.id ?? null,
    author: said.author,
    at: said.at,
    text_digest: digestOf(said.text),
    text: text.trim(),
    constraints_added: pieces.flatMap(({ place, rest }) =>
      constraintsIn(rest).map((one) => (place === undefined ? one : `${place}: ${one}`)),
    ),
  }
  const conversation = summarise([...before, turn])
  return { ok: true, request: { ...request, conversation }, turn, added: true, removed }
}

/**
 * The newest turns whole, as many as fit; of the older ones the first sentence. What they asked for stands in
 * `constraints_added`, which is never shortened, and the digest still names all that was said. The last turn is
 * always whole.
 */
function summarise(turns: readonly Turn[]): Turn[] {
  let room = MOST_CONVERSATION
  let full = false
  const newestFirst = turns.toReversed().map((turn, at) => {
    full ||= at > 0 && turn.text.length > room
    room -= turn.text.length
    return full ? { ...turn, text: summaryOf(turn.text) } : turn
  })
  return newestFirst.toReversed()
}

function summaryOf(text: string): string {
  if (text.startsWith(SUMMARISED) && text.length <= SUMMARISED.length + LONGEST_SUMMARY) return text
  const { place, rest } = splitPlace(text)
  const line = rest.replaceAll(/\s+/g, ' ').trim()
  const first = /^.*?[.!?](?=\s|$)/.exec(line)?.[0] ?? line
  return SUMMARISED + shorten(place === undefined ? first : `${place}: ${first}`, LONGEST_SUMMARY)
}

function problem(rule: string, message: string, fix: string): TurnResult {
  return { ok: false, problem: { rule, message, fix } }
}
