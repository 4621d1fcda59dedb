// Owns the reading of RULES.md: which behaviour the loopback shows, where GitHub says so, and which test shows it.
import { readFileSync } from 'node:fs'

export interface Rule {
  id: string
  rule: string
  /** A page of docs.github.com, or the reason of an assumption. */
  source: { page: string } | { assumed: string }
  /** Tests below test/loopback that show the rule. */
  tests: readonly { file: string; title: string }[]
}

function parseSource(cell: string, id: string): Rule['source'] {
  if (cell.startsWith('https://docs.github.com/')) return { page: cell }
  const reason = /^assumed: (\S.*)$/u.exec(cell)?.[1]
  if (reason === undefined) {
    throw new Error(`RULES.md, ${id}: the source is neither a page of docs.github.com nor "assumed: …".`)
  }
  return { assumed: reason }
}

function parseTests(cell: string, id: string): Rule['tests'] {
  return cell.split('; ').map((one) => {
    const [file, title, ...rest] = one.split(' › ')
    if (file === undefined || title === undefined || rest.length > 0) {
      throw new Error(`RULES.md, ${id}: write a test as "file.test.ts › title", not as "${one}".`)
    }
    return { file, title }
  })
}

/** Throws on a row that is not of the table's form, since a row that is passed over would count as shown. */
export function parseRules(markdown: string): Rule[] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| ') && !/^\| (id|---) /u.test(line))
  return rows.map((line) => {
    const [id, rule, source, tests, ...rest] = line.replace(/^\| /u, '').replace(/ \|$/u, '').split(' | ')
    if (
      id === undefined ||
      rule === undefined ||
      source === undefined ||
      tests === undefined ||
      rest.length > 0
    ) {
      throw new Error(`RULES.md: a row has four cells, and this one has not: ${line}`)
    }
    return { id, rule, source: parseSource(source, id), tests: parseTests(tests, id) }
  })
}

export function readRules(): Rule[] {
  return parseRules(readFileSync(new URL('RULES.md', import.meta.url), 'utf8'))
}
