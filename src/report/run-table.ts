// Owns the end of a run in the terminal: outcome, phases, gates, verdicts, time by part, where things lie, what next.
import type { RunReport } from '../contracts/summary.ts'
import { headText, seconds, short } from './figures.ts'
import { endingOf } from './outcome.ts'
import { paintWith } from './paint.ts'
import { cleanLine, wrap } from './plain.ts'
import { PHASE_LOOKS } from './progress.ts'
import { levelMet, sandboxWarning } from './sandbox-note.ts'
import { layoutTable, widthOf } from './table.ts'
import type { TerminalOptions } from './table.ts'
import { renderVerdictTable } from './verdict-table.ts'

export interface RunTableOptions extends TerminalOptions {
  /** The next command to type; a fitting one when left out. */
  next?: string
  /** Path of the repository for that command; the current folder when left out. */
  repo?: string
  /** File with the report for people; no line when left out. */
  report?: string
}

/** Tables stay within the width; lines that a person copies (paths, heads, commands) are never cut or wrapped. */
export function renderRunTable(report: RunReport, options: RunTableOptions = {}): string {
  return [
    ending(report, options),
    phaseTable(report, options),
    renderVerdictTable(report.gates, { ...options, title: 'gate' }),
    renderVerdictTable(report.verdicts, { ...options, title: 'review', reasons: 'always', depth: 1 }),
    times(report, options),
    places(report, options),
    next(report, options),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function ending(report: RunReport, options: RunTableOptions): string {
  const width = widthOf(options)
  const { mark, style, word, why, more, memo } = endingOf(report)
  const paint = paintWith(options.colour ?? false)
  const lines = [why, ...more].flatMap((text) =>
    wrap(text, width - 4).map((line, at) => (at === 0 ? `  ${line}` : `    ${line}`)),
  )
  const warning = sandboxWarning(levelMet(report), 'terminal', options.colour)
  return [
    ...(warning === '' ? [] : [...wrapWarning(warning, width, options), '']),
    paint([style, 'bold'], `${mark} ${word}`),
    ...lines,
    ...(memo === '' ? [] : ['', ...memo.split('\n').map((line) => `  ${line}`)]),
  ].join('\n')
}

function wrapWarning(warning: string, width: number, options: RunTableOptions): string[] {
  const plain = options.colour === true ? sandboxWarning('none', 'terminal') : warning
  return wrap(plain, width).map((line) => paintWith(options.colour ?? false)(['bold', 'red'], line))
}

function phaseTable(report: RunReport, options: RunTableOptions): string {
  const rows = report.phases.map((phase) => {
    const { mark, style } = PHASE_LOOKS[phase.status]
    const visit = phase.visit > 1 ? ` (visit ${phase.visit})` : ''
    return {
      cells: [
        { text: `${phase.phase}${visit}` },
        { text: `${mark} ${phase.status}${phase.note === '' ? '' : `: ${cleanLine(phase.note)}`}`, style },
        { text: seconds(phase.ms) },
      ],
    }
  })
  if (rows.length === 0) return ''
  return layoutTable(
    [
      { title: 'phase', most: 22 },
      { title: 'result', most: 'rest' },
      { title: 'time', most: 12, align: 'right' },
    ],
    rows,
    options,
  ).join('\n')
}

/** Parts of a run's time in the order of `RunReport.timings`. */
export function timeParts(report: RunReport): [part: string, ms: number][] {
  const { gates, worker, install, git, orchestration } = report.timings
  return [
    ['gates', gates],
    ['worker', worker],
    ['install', install],
    ['git', git],
    ['orchestration', orchestration],
  ]
}

function times(report: RunReport, options: RunTableOptions): string {
  const parts = timeParts(report).map(([part, ms]) => `${part} ${seconds(ms)}`)
  const counters = raised(report).map(([name, value]) => `${name} ${value}`)
  const text = [`time ${seconds(report.timings.total)}: ${parts.join(' · ')}`]
  if (counters.length > 0) text.push(`counters: ${counters.join(' · ')}`)
  return text.flatMap((line) => wrap(line, widthOf(options))).join('\n')
}

export function raised(report: RunReport): [name: string, value: number][] {
  return Object.entries(report.counters)
    .filter(([, value]) => value !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function places(report: RunReport, options: RunTableOptions): string {
  const branch =
    report.branch === null ? 'none: nothing was written to the repository' : cleanLine(report.branch)
  const at = report.commit === null ? '' : ` at ${short(report.commit)}`
  return [
    `branch   ${branch}${at}`,
    ...(options.report === undefined ? [] : [`report   ${cleanLine(options.report)}`]),
    `bundle   ${cleanLine(report.bundle)}`,
    `ledger   ${headText({ hash: report.ledgerHead, length: report.ledgerLength })}`,
    `sandbox  ${cleanLine(report.sandbox)}`,
  ].join('\n')
}

function next(report: RunReport, options: RunTableOptions): string {
  return `next     ${options.next ?? nextCommand(report, options.repo)}`
}

/** What a person most likely wants to type after this run. */
export function nextCommand(report: RunReport, repo?: string): string {
  if (report.outcome.kind === 'question')
    return 'add the answer to the issue file, then type the same command again'
  if (report.branch !== null) {
    const git = repo === undefined ? 'git' : `git -C ${shellWord(repo)}`
    return `${git} show ${shellWord(report.branch)}`
  }
  return `npx --no-install autopilot ledger verify ${shellWord(report.bundle)} --head ${headText({ hash: report.ledgerHead, length: report.ledgerLength })}`
}

// Threat: a path is pasted into a shell. Quoted unless every character is harmless there.
export function shellWord(word: string): string {
  const text = cleanLine(word)
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
