// Owns `summary.md`: the end of a run as a page, for the bundle and for a job's summary.
import type { Phase } from '../contracts/base.ts'
import type { RunReport } from '../contracts/summary.ts'
import { MOST_BODY, verdictPages } from './comment.ts'
import { codeSpan, escapeMarkdown, fence } from './escape.ts'
import { headText, seconds, short } from './figures.ts'
import { blocks, byteLength, details, fit, markdownTable, verdictTable } from './markdown.ts'
import { endingOf } from './outcome.ts'
import { PHASE_LOOKS } from './progress.ts'
import { raised, timeParts } from './run-table.ts'
import { levelMet, sandboxWarning } from './sandbox-note.ts'

/** At most `MOST_BODY` bytes; details give way first. `title` is the issue's, untrusted. */
export function renderRunSummary(report: RunReport, title: string): string {
  const ending = endingOf(report)
  const opening = blocks(
    `# ${escapeMarkdown(title)}`,
    sandboxWarning(levelMet(report), 'markdown'),
    `**${ending.mark} ${ending.word}.** ${escapeMarkdown(ending.why)}`,
    fit(
      ending.more.map((one) => `- ${escapeMarkdown(one)}`),
      '\n',
      8_000,
      (n) => `- … ${n} more`,
    ),
    ending.memo.length === 0 ? '' : fence(ending.memo.slice(0, 8_000)),
  )
  const gates = verdictTable(report.gates, 'gate', 12_000)
  const reviews = verdictTable(report.verdicts, 'review', 6_000)
  const closing = blocks(phaseDetails(report), timeLine(report), places(report))
  const room = MOST_BODY - byteLength(blocks(opening, gates, reviews, closing)) - 200
  const pages = verdictPages([...report.gates, ...report.verdicts], room)
  return `${blocks(opening, gates, reviews, details('Details', pages), closing)}\n`
}

/** The page of a run that was cut short: no report, but a word on how far it came and what is kept. */
export function renderUnfinished(title: string, x: { phase: Phase | null; bundle: string }): string {
  const where = x.phase === null ? 'after its last phase' : `in ${x.phase}`
  const lines = [
    `# ${escapeMarkdown(title)}`,
    `**… not finished.** The run was cut short ${where}.`,
    `What was done so far is kept as the artifact ${codeSpan(x.bundle)}, a checkpoint. A new run begins when somebody types \`/retry\` on the issue.`,
  ]
  return `${blocks(...lines)}\n`
}

function phaseDetails(report: RunReport): string {
  const rows = report.phases.map((phase) => [
    phase.phase + (phase.visit > 1 ? ` (visit ${phase.visit})` : ''),
    `${PHASE_LOOKS[phase.status].mark} ${phase.status}`,
    escapeMarkdown(phase.note),
    seconds(phase.ms),
  ])
  const lines = markdownTable(['phase', 'result', 'note', 'time'], rows).split('\n')
  return details(
    'Phases',
    fit(lines, '\n', 12_000, (n) => `| … ${n} more | | | |`),
  )
}

function timeLine(report: RunReport): string {
  const parts = timeParts(report).map(([part, ms]) => `${part} ${seconds(ms)}`)
  const counters = raised(report).map(([name, value]) => `${codeSpan(name)} ${value}`)
  const time = `Time ${seconds(report.timings.total)}: ${parts.join(' · ')}.`
  return counters.length === 0 ? time : `${time}\nCounters: ${counters.join(' · ')}.`
}

function places(report: RunReport): string {
  const head = headText({ hash: report.ledgerHead, length: report.ledgerLength })
  const branch = report.branch === null ? 'none' : codeSpan(report.branch)
  return [
    `- branch: ${branch}${report.commit === null ? '' : ` at \`${short(report.commit)}\``}`,
    `- bundle: ${codeSpan(report.bundle)}, ${codeSpan(report.bundleDigest)}`,
    `- ledger head: ${codeSpan(head)}`,
    `- sandbox: ${codeSpan(report.sandbox)}`,
  ].join('\n')
}
