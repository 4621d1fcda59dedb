// Owns the box at the end of a pull request's conversation: its checks, its reviews, and whether it may be merged.
import type { Forge } from '../forge.ts'
import type { CheckRun, CommitStatus } from '../world/checks.ts'
import { blockersOf } from './blockers.ts'
import type { ChecksOf } from './checks-of.ts'
import { checksOf } from './checks-of.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { addressOf } from './layout.ts'
import { lasted, plural, shortSha, when, who } from './people.ts'
import type { PullFacts } from './pull-facts.ts'
import { ranSign, sign, statusSign, wordsOf } from './status.ts'
import { verdictOf, verdictsOn } from './reviews.ts'

/** `2 successful, 1 failed` */
export function tally({ runs, statuses }: ChecksOf): string {
  const words = [
    ...runs.map(wordsOf),
    ...statuses.map(({ state }) => (state === 'success' ? 'successful' : state)),
  ]
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
}

function runRow(facts: PullFacts, run: CheckRun): Html {
  const address = `${addressOf(facts.repository)}/pull/${facts.pull.number}/checks#run-${run.id}`
  const time = lasted(run.startedAt, run.completedAt)
  const said = [run.output.title, time].filter((part) => part !== null && part !== undefined).join(' · ')
  const title = said === '' ? wordsOf(run) : said
  return html`<div class="row">
    ${ranSign(run)}
    <div>
      <a href="${address}"><b>${run.name}</b></a> <span class="muted">${run.app.name} · ${title}</span>
    </div>
    ${requiredMark(facts, run.name)}
  </div>`
}

function statusRow(facts: PullFacts, status: CommitStatus): Html {
  return html`<div class="row">
    ${statusSign(status.state)}
    <div><b>${status.context}</b> <span class="muted">${status.description}</span></div>
    ${requiredMark(facts, status.context)}
  </div>`
}

function requiredMark({ repository, pull }: PullFacts, name: string): Html | false {
  const required = repository.protections.get(pull.baseRef)?.requiredChecks?.checks ?? []
  return required.some(({ context }) => context === name) && html`<span class="tag quiet">Required</span>`
}

/** Required names that nobody has reported: GitHub waits for them without an end. */
function awaitedRows(facts: PullFacts, { runs, statuses }: ChecksOf): Html[] {
  const known = new Set([...runs.map(({ name }) => name), ...statuses.map(({ context }) => context)])
  const required = facts.repository.protections.get(facts.pull.baseRef)?.requiredChecks?.checks ?? []
  return required
    .filter(({ context }) => !known.has(context))
    .map(
      ({ context }) =>
        html`<div class="row">
          ${sign('busy', '○', 'expected')}
          <div><b>${context}</b> <span class="muted">Expected, waiting for it to be reported</span></div>
          ${requiredMark(facts, context)}
        </div>`,
    )
}

function reviewRows({ repository, pull }: PullFacts): Html[] {
  return verdictsOn(repository, pull.number).map((review) => {
    const { tone, sign: text, did } = verdictOf(review.state)
    return html`<div class="row">
      ${sign(tone, text, '')}
      <div>${who(review.author, review.via)} ${did}</div>
    </div>`
  })
}

function box(
  tone: 'good' | 'bad' | 'busy' | 'done' | 'quiet',
  title: string,
  rows: readonly (Html | false)[],
): Html {
  return html`<section class="box merge ${tone}" id="merge-box" aria-labelledby="merge-title">
    <header><h2 id="merge-title">${title}</h2></header>
    ${rows}
  </section>`
}

export async function mergeBox(forge: Forge, facts: PullFacts): Promise<Html> {
  const { repository, issue, pull } = facts
  const { merged } = pull
  if (merged !== undefined) {
    return box('done', 'Merged', [
      html`<div class="row">
        <div>${who(merged.by)} merged this as ${shortSha(merged.sha)} ${when(merged.at)}</div>
      </div>`,
    ])
  }
  if (issue.state === 'closed') {
    return box('quiet', 'Closed without a merge', [
      html`<div class="row"><div class="muted">Its commits were not merged into ${pull.baseRef}.</div></div>`,
    ])
  }
  const checks = checksOf(repository, facts.head)
  const blockers = await blockersOf(forge, facts)
  const auto = repository.autoMerges.get(pull.number)
  const count = checks.runs.length + checks.statuses.length
  const unfinished = checks.runs.some(({ status }) => status !== 'completed')
  const rows = [
    ...blockers.map(
      (blocker) =>
        html`<div class="row">
          ${sign('bad', '✕', 'hinders')}
          <div>${blocker}</div>
        </div>`,
    ),
    ...reviewRows(facts),
    html`<div class="row">
      <div class="muted">
        ${count === 0 ? 'No checks were reported.' : `${plural(count, 'check')}: ${tally(checks)}`}
      </div>
    </div>`,
    ...checks.runs.map((run) => runRow(facts, run)),
    ...checks.statuses.map((status) => statusRow(facts, status)),
    ...awaitedRows(facts, checks),
    auto !== undefined &&
      html`<div class="row">
        ${sign('busy', '●', '')}
        <div>${who(auto.by)} enabled auto-merge (${auto.method})</div>
      </div>`,
  ]
  if (blockers.length > 0) return box('bad', 'Merging is blocked', rows)
  if (unfinished) return box('busy', 'Ready to merge, while checks are still under way', rows)
  return box('good', 'Ready to merge', rows)
}
