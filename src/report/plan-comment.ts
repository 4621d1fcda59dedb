// Owns the plan comment (R20): what will be done and why, what it may touch, how it is checked, what could go wrong.
import type { CouncilVerdict } from '../contracts/council.ts'
import type { FileMap, Plan } from '../contracts/plan.ts'
import type { Acceptance, WorkingSpec } from '../contracts/working-spec.ts'
import { MOST_BODY } from './comment.ts'
import { councilTable } from './council-comment.ts'
import { codeSpan, escapeMarkdown, escapeUpTo } from './escape.ts'
import { count, dollars, short } from './figures.ts'
import { blocks, byteLength, details, fit, markdownTable, withRest } from './markdown.ts'
import type { Link } from './markdown.ts'

export interface PlanView {
  spec: WorkingSpec
  plan: Plan
  fileMap: FileMap
  /** null while the council has not met. */
  review: CouncilVerdict | null
  /** Where the whole spec and plan can be read. */
  rest: Link | null
}

/** At most `MOST_BODY` bytes: the details below the fold give way first. */
export function renderPlan(view: PlanView): string {
  const { spec, plan, review } = view
  const tier = plan.risk_tier === 1 ? 'tier 1, a person must approve' : `tier ${plan.risk_tier}`
  const opening = blocks(
    `**Plan: ${escapeUpTo(300, spec.caws.title)}** · ${escapeUpTo(100, spec.caws.id)} · spec \`${short(plan.spec)}\` · ${tier}`,
    escapeUpTo(4_000, spec.rationale),
    section('Done when', acceptance(spec.caws.acceptance)),
    section('What it may change', scope(view)),
    section('Risks', risks(spec)),
    section('Plan review', review === null ? 'Not yet held.' : councilTable(review)),
  )
  const closing = 'Something is missing: `/reply TEXT` · stop: `/abort` · why so: `/explain`'
  const room = MOST_BODY - byteLength(opening) - byteLength(closing) - 500
  return withRest(
    blocks(
      opening,
      details('Steps, checks, limits and rollback', fit(below(view), '\n\n', room, more)),
      closing,
    ),
    view.rest,
  )
}

function more(n: number): string {
  return `… ${n} more parts`
}

function section(title: string, body: string): string {
  return body === '' ? '' : `### ${title}\n\n${body}`
}

function acceptance(criteria: readonly Acceptance[]): string {
  const rows = criteria.map(({ id, given, when, then }) => [
    escapeMarkdown(id),
    escapeMarkdown(given),
    escapeMarkdown(when),
    escapeMarkdown(then),
  ])
  return table(['', 'given', 'when', 'then'], rows, 12_000)
}

function scope({ plan, fileMap }: PlanView): string {
  const rows = fileMap.files.map((file) => [file.action, codeSpan(file.path), escapeMarkdown(file.why)])
  const paths = plan.scope.paths.filter((path) => !fileMap.files.some((file) => file.path === path))
  return blocks(
    table(['', 'file', 'why'], rows, 8_000),
    paths.length === 0 ? '' : `Within ${codes(paths)}.`,
    plan.scope.out.length === 0 ? '' : `Never ${codes(plan.scope.out)}.`,
  )
}

function risks({ risks }: WorkingSpec): string {
  if (risks.length === 0) return 'None were found.'
  return table(
    ['risk', 'what is done about it'],
    risks.map(({ risk, mitigation }) => [escapeMarkdown(risk), escapeMarkdown(mitigation)]),
    6_000,
  )
}

function below({ spec, plan }: PlanView): string[] {
  const { files, lines, limits } = plan.budgets
  const budget = `At most ${count(files, 'file')} and ${count(lines, 'line')}; ${count(limits.iterations, 'round')}, ${Math.round(limits.wall_seconds / 60)} minutes, ${dollars(limits.money_usd)}.`
  const how = plan.recipe === null ? 'by a coding agent' : `by the recipe ${codeSpan(plan.recipe.id)}`
  return [
    list(
      'Steps',
      plan.milestones.map(({ id, goal }) => `${id}: ${goal}`),
    ),
    list(
      'Checks',
      plan.validations.map((one) => `${one.kind}: \`${one.command}\``),
    ),
    list('Constraints', spec.constraints),
    list('Invariants', spec.caws.invariants),
    list('Rollback', spec.rollback),
    `**Limits**\n\n${budget} Done ${how}.`,
    list(
      'How it was decided',
      plan.decisions.map(
        (one) => `${one.field}: ${one.value} (${one.confidence.toFixed(2)}, ${one.because})`,
      ),
    ),
  ].filter((part) => part !== '')
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const lines = items.map((item) => `- ${escapeMarkdown(item)}`)
  return `**${title}**\n\n${fit(lines, '\n', 8_000, (n) => `- … ${n} more`)}`
}

function table(titles: readonly string[], rows: readonly (readonly string[])[], limit: number): string {
  const lines = markdownTable(titles, rows).split('\n')
  return fit(lines, '\n', limit, (n) => `| … ${n} more |${' |'.repeat(titles.length - 1)}`)
}

function codes(paths: readonly string[]): string {
  return fit(paths.map(codeSpan), ', ', 3_000, (n) => `… ${n} more`)
}
