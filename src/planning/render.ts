// Owns the evidence texts of SPEC, PLAN and THINK: the same data gives the same bytes.
import { dump } from 'js-yaml'
import type { Intent } from '../contracts/intent.ts'
import type { FileMap, Plan } from '../contracts/plan.ts'
import type { WorkingSpec } from '../contracts/working-spec.ts'
import type { EdgeCase } from './edge-cases.ts'

/** Evidence `strategy.md`. */
export function renderStrategy(intent: Intent): string {
  return document([
    `# Strategy for ${cell(intent.intent_facts[0] ?? intent.project_id)}`,
    `Project ${cell(intent.project_id)}, issue text ${intent.raw_input_digest.slice(7, 14)}.`,
    section('What must hold', bullets(intent.acceptance_criteria), 'The issue states no criterion.'),
    section('What is told', bullets(intent.intent_facts.slice(1)), 'Nothing beyond the title.'),
    section('Not wanted', bullets(intent.non_goals), 'The issue excludes nothing.'),
    section(
      'Constraints',
      bullets([
        ...intent.constraints.technical,
        ...intent.constraints.safety.map((line) => `safety: ${line}`),
        ...intent.constraints.budget.map((line) => `budget: ${line}`),
      ]),
      'None stated.',
    ),
    section(
      'Open questions',
      bullets(intent.open_questions.map((q) => `${q.id}${q.blocking ? ' (blocking)' : ''}: ${q.question}`)),
      'None.',
    ),
  ])
}

/** Evidence `spec.yaml`: the CAWS document alone. */
export function renderSpecYaml(spec: WorkingSpec): string {
  return dump(spec.caws, { noRefs: true })
}

/** Evidence `spec.md`. */
export function renderSpec(spec: WorkingSpec): string {
  const { caws } = spec
  return document([
    `# ${caws.id} ${cell(caws.title)}`,
    `Mode ${caws.mode}, risk tier ${caws.risk_tier}, modules ${caws.blast_radius.modules.map(cell).join(', ')}.`,
    cell(spec.rationale),
    section('Goals', bullets(spec.goals)),
    section(
      'Acceptance',
      table(
        ['id', 'given', 'when', 'then'],
        caws.acceptance.map((a) => [a.id, a.given, a.when, a.then]),
      ),
    ),
    section('Scope', bullets(caws.scope.in.map(code))),
    section('Left alone', bullets((caws.scope.out ?? []).map(code)), 'Everything else.'),
    section('Invariants', bullets(caws.invariants)),
    section('Constraints', bullets(spec.constraints), 'None stated.'),
    section('Test plan', bullets(spec.test_plan)),
    section(
      'Risks',
      table(
        ['risk', 'answer'],
        spec.risks.map((r) => [r.risk, r.mitigation]),
      ),
    ),
    section('Rollback', bullets(spec.rollback)),
  ])
}

/** Evidence `plan.md`. */
export function renderPlan(plan: Plan, fileMap: FileMap, warnings: readonly string[] = []): string {
  const { budgets } = plan
  return document([
    '# Plan',
    `Tier ${plan.risk_tier}, at most ${budgets.files} files and ${budgets.lines} changed lines, ${budgets.limits.iterations} iterations, ${Math.round(budgets.limits.wall_seconds / 60)} minutes. Done by ${plan.recipe === null ? 'a coding agent' : `the recipe ${plan.recipe.id}`}.`,
    ...(warnings.length > 0 ? [section('Warnings', bullets(warnings))] : []),
    section(
      'Milestones',
      table(
        ['id', 'goal', 'files', 'checked at'],
        plan.milestones.map((m) => [
          m.id,
          m.goal,
          m.files_expected.map(code).join(' '),
          `tier ${m.verification_tier}`,
        ]),
      ),
    ),
    section(
      'Files',
      table(
        ['path', 'action', 'category', 'why'],
        fileMap.files.map((f) => [code(f.path), f.action, f.category, f.why]),
      ),
      `Known after the run; only ${plan.scope.paths.map(code).join(', ')} may change.`,
    ),
    section(
      'Validations',
      table(
        ['id', 'kind', 'command'],
        plan.validations.map((v) => [v.id, v.kind, code(v.command)]),
      ),
    ),
    section(
      'Decisions',
      table(
        ['field', 'value', 'confidence', 'because'],
        plan.decisions.map((d) => [d.field, d.value, `${Math.round(d.confidence * 100)} %`, d.because]),
      ),
    ),
    section('Read only', bullets(plan.read_only_context.map(code)), 'Nothing beyond the scope.'),
  ])
}

/** Evidence `edge_cases.md`. */
export function renderEdgeCases(cases: readonly EdgeCase[]): string {
  return document([
    '# Edge cases',
    table(
      ['id', 'about', 'case', 'seen by'],
      cases.map((edge) => [edge.id, edge.about, edge.text, edge.seen_by]),
    ),
  ])
}

function document(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function section(title: string, body: string, otherwise = ''): string {
  const text = body === '' ? otherwise : body
  return text === '' ? '' : `## ${title}\n\n${text}`
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${cell(line)}`).join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

// Threat: a path or a sentence with a pipe, a newline or markup must not leave its cell. Code spans are made above.
function cell(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', String.raw`\|`)
    .replaceAll('<', '&lt;')
    .trim()
}
