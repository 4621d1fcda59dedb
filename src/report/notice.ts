// Owns Notice: one thing that people must know, as plain text in the order of the house: what, why, what to do.
import { escapeUpTo, fence } from './escape.ts'
import { blocks, details, fit, link, mention } from './markdown.ts'
import type { Link } from './markdown.ts'
import { sentence } from './plain.ts'

/** Texts may be untrusted: they are escaped here and nowhere else. Text in single backticks becomes code. */
export interface Notice {
  /** What happened, in one sentence. */
  said: string
  /** Why, in a sentence or two; '' when that says it all. */
  why: string
  /** What belongs to the why, one line each. */
  items?: readonly string[]
  /** What a reader can do. */
  todo: readonly string[]
  /** A text to copy or to read, below its title, which is ours and no Markdown; `open`: not folded away. */
  block?: { title: string; language: string; text: string; open: boolean }
  links?: readonly Link[]
  /** Logins that are told by it. */
  people?: readonly string[]
}

/** Code units of one text, bytes of a list and of a block. */
const LONGEST_TEXT = 1_500
const MOST_ITEMS = 8_000
const MOST_BLOCK = 20_000

export function renderNotice(notice: Notice): string {
  const { said, why, items = [], block, links = [], people = [] } = notice
  const [todo = '', ...more] = notice.todo
  return blocks(
    `**${inline(said)}** ${inline(why)}`.trimEnd(),
    list(items),
    block?.open === true ? folded(block) : '',
    more.length === 0 ? inline(todo) : `What to do:\n${list(notice.todo)}`,
    block?.open === false ? folded(block) : '',
    links.length === 0 ? '' : `See ${fit(links.map(link), ' · ', MOST_ITEMS, (n) => `… ${n} more`)}`,
    people.length === 0
      ? ''
      : `For ${people
          .slice(0, 10)
          .map((login) => mention(login.slice(0, 100)))
          .join(', ')}`,
  )
}

function inline(text: string): string {
  return escapeUpTo(LONGEST_TEXT, sentence(text))
}

function list(items: readonly string[]): string {
  const lines = items.map((item) => `- ${escapeUpTo(LONGEST_TEXT, item)}`)
  return fit(lines, '\n', MOST_ITEMS, (n) => `- … ${n} more`)
}

function folded(block: NonNullable<Notice['block']>): string {
  const text = fit(block.text.split('\n'), '\n', MOST_BLOCK, (n) => `… ${n} more lines`)
  const body = fence(text, block.language)
  return block.open ? blocks(`${block.title}:`, body) : details(block.title, body)
}
