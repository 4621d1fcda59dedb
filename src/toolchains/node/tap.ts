// Owns the reading of TAP: nested subtests, flat tape output, and the dialect of tap 0.4.
import { Parser, type Result } from 'tap-parser'
import type { Reported } from './parse-tests.ts'

/** A failed assertion's own words, if its diagnostics have some. */
function messageOf(result: Result): string {
  const diagnostics: unknown = result.diag
  const said =
    typeof diagnostics === 'object' && diagnostics !== null && 'message' in diagnostics
      ? diagnostics.message
      : undefined
  return typeof said === 'string' ? said : result.name || 'not ok'
}

function statusOf(result: Result): Reported['status'] {
  if (result.skip !== false && result.skip !== '') return 'skip'
  if (result.todo !== false && result.todo !== '') return 'todo'
  return result.ok ? 'pass' : 'fail'
}

/**
 * TAP text → results in order. A comment before assertions is the title of their test (tape, tap 0.4); a subtest's
 * name is a title too. A bail-out, or a plan that does not fit, is a failure of its own.
 */
export function casesOfTap(text: string): readonly Reported[] {
  const cases: Reported[] = []
  const parser = new Parser()
  follow(parser, [], cases)
  parser.on('bailout', (reason: unknown) => {
    cases.push({ titles: ['(bail out)'], status: 'fail', message: `bailed out: ${String(reason)}` })
  })
  parser.on('complete', (results) => {
    const planned = results.plan.end === null ? undefined : results.plan.end - (results.plan.start ?? 1) + 1
    if (planned !== undefined && planned !== results.count && !results.bailout) {
      const message = `${planned} results were planned, ${results.count} came`
      cases.push({ titles: ['(plan)'], status: 'fail', message })
    }
  })
  parser.end(text)
  return cases
}

const FILE = /\.[cm]?[jt]sx?$/

function follow(parser: Parser, titles: readonly string[], cases: Reported[]): void {
  let title: string | undefined
  /** Results of the open file section (tap 0.4): they learn their file when its closing line comes. */
  let section: { name: string; from: number } | undefined
  let closing: { name: string; from: number } | undefined
  parser.on('comment', (comment: string) => {
    const said = comment.replace(/^#\s*/, '').trim()
    if (isSummary(said)) return
    if (titles.length === 0 && FILE.test(said) && !said.includes('/') && !said.includes(' ')) {
      section = { name: said, from: cases.length }
      title = undefined
    } else title = said
  })
  parser.on('child', (child: Parser) => {
    closing = { name: child.name, from: cases.length }
    follow(child, [...titles, child.name], cases)
  })
  parser.on('assert', (result: Result) => {
    // The line that closes a subtest repeats its name; its inner results are counted already.
    const group = closing
    closing = undefined
    if (group !== undefined) {
      const inner = cases.slice(group.from)
      const told = inner.some((one) => one.status === 'fail') || (result.ok && inner.length > 0)
      if (told) return
      cases.push({
        ...located([...titles, group.name]),
        status: statusOf(result),
        message: messageOf(result),
      })
      return
    }
    if (section !== undefined && FILE.test(result.name) && baseName(result.name) === section.name) {
      for (const one of cases.slice(section.from)) one.file = result.name
      cases.push({ file: result.name, titles: ['(file)'], status: statusOf(result), message: exitOf(result) })
      section = undefined
      title = undefined
      return
    }
    const own = title ?? (result.name || '(no name)')
    cases.push({ ...located([...titles, own]), status: statusOf(result), message: messageOf(result) })
  })
}

/** A first title that names a test file is the file (tap 15: `# Subtest: test/a.js`). */
function located(titles: readonly string[]): Pick<Reported, 'file' | 'titles'> {
  const [first, ...rest] = titles
  return first !== undefined && FILE.test(first) && !first.includes(' ')
    ? { file: first, titles: rest.length === 0 ? ['(file)'] : rest }
    : { titles }
}

function exitOf(result: Result): string {
  const diagnostics: unknown = result.diag
  const code =
    typeof diagnostics === 'object' && diagnostics !== null && 'exit' in diagnostics
      ? diagnostics.exit
      : undefined
  return typeof code === 'number' ? `the file ended with exit code ${code}` : 'the file failed'
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Comments that runners add about themselves. */
function isSummary(said: string): boolean {
  return (
    said === '' ||
    said === 'ok' ||
    /^(TAP version \d+|Subtest: .*|time=.*|failed \d+( of \d+)? tests?|(skip|todo): \d+)$/.test(said) ||
    /^(tests|pass|fail|suites|cancelled|skip|skipped|todo|duration_ms)\s+[\d.]+$/.test(said)
  )
}
