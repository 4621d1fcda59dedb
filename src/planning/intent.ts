// Owns Intent by rules: what the person wants, read from headings, bullets and the words must, should and do not.
import type { Timestamp } from '../contracts/base.ts'
import type { Intent, OpenQuestion, ToolchainHypothesis } from '../contracts/intent.ts'
import type { TaskRequest } from '../contracts/task.ts'
import { anchorOf } from './anchor.ts'
import { plainText } from './plain-text.ts'
import { readStatements } from './sections.ts'
import type { Statement } from './sections.ts'

const MOST_CRITERIA = 12
const MOST_FACTS = 20
const MOST_OTHERS = 10

const OBLIGATION = /\b(must|shall|should|has to|have to|needs? to|ought to|(is|are) expected to)\b/i
const SPEAKER = /\b(I|we|you|one|someone|maintainers?) (should|must|have to|need to|ought to)\b/i
const NON_GOAL =
  /^(please )?(do not|don't|never) (change|touch|modify|rename|remove|rewrite|reformat|add|drop|refactor)\b|^leave .{2,80} (alone|as (it is|they are|is))\b|^no need to\b|\bout of scope\b|\bnot in scope\b|^not part of\b/i
const TECHNICAL =
  /\b(without (adding|new) (a |any |new )*dependenc|no new dependenc|only (use|uses|using)|node(\.js)? ?(>=?|v?\d)|es5|es20\d\d|typescript|esm|commonjs|browser support)/i
const SAFETY =
  /\b(backwards?[- ]compatib|breaking change|not break|public api|secret|credential|personal data|security)/i
const BUDGET =
  /\b(at most|no more than|fewer than|less than|within) \d+ ?(files?|lines?|minutes?|hours?|tokens?|dollars?|usd)\b/i

export interface IntentInput {
  request: TaskRequest
  /** The body without its patches. */
  prose: string
  createdAt: Timestamp
}

export function buildIntent({ request, prose, createdAt }: IntentInput): Intent {
  const turns = request.conversation.flatMap((turn) => readStatements(turn.text))
  const statements = [...readStatements(prose), ...turns]
  const nonGoals = unique(statements.filter(isNonGoal).map((s) => s.text)).slice(0, MOST_OTHERS)
  const criteria = criteriaOf(statements.filter((s) => !isNonGoal(s)))
  const asked = unique([
    ...request.constraints,
    ...request.conversation.flatMap((turn) => turn.constraints_added),
    ...statements.filter((s) => s.section === 'constraints').map((s) => s.text),
  ]).map((text) => plainText(text))
  const said = statements.filter((s) => s.section !== 'constraints' && !isNonGoal(s)).map((s) => s.text)
  const budget = unique([...asked, ...said].filter((text) => BUDGET.test(text))).slice(0, MOST_OTHERS)
  const safety = unique([...asked, ...said].filter((text) => SAFETY.test(text))).slice(0, MOST_OTHERS)
  const technical = unique([
    ...asked.filter((text) => !BUDGET.test(text) && !SAFETY.test(text)),
    ...said.filter((text) => TECHNICAL.test(text)),
  ]).slice(0, MOST_OTHERS)
  const facts = unique([
    plainText(request.title),
    ...statements
      .filter((s) => !isNonGoal(s) && !criteria.includes(s.text) && s.section !== 'constraints')
      .map((s) => s.text),
  ]).slice(0, MOST_FACTS)
  const anchor = anchorOf({
    title: request.title,
    criteria,
    nonGoals,
    constraints: unique([...asked, ...budget, ...technical]),
    facts: facts.slice(1),
  })
  return {
    schema: 'autopilot/intent@1',
    project_id: request.project,
    created_at: createdAt,
    raw_input_digest: request.raw_digest,
    intent_anchor: anchor,
    intent_facts: facts,
    non_goals: nonGoals,
    acceptance_criteria: criteria,
    constraints: { budget, safety, technical },
    toolchain_hypotheses: [],
    open_questions: [],
  }
}

/** What SPEC adds: what the repository shows, and what only the person can answer. */
export function withFindings(
  intent: Intent,
  findings: { hypotheses: readonly ToolchainHypothesis[]; questions: readonly OpenQuestion[] },
): Intent {
  return {
    ...intent,
    toolchain_hypotheses: [...findings.hypotheses],
    open_questions: [...findings.questions],
  }
}

/** Named criteria first; without any, what is expected; then every obligation. */
function criteriaOf(statements: readonly Statement[]): string[] {
  const named = statements.filter((s) => s.section === 'acceptance')
  const expected = statements.filter((s) => s.section === 'expected')
  const obliged = statements.filter(
    (s) =>
      ['other', 'steps', 'environment'].includes(s.section) &&
      OBLIGATION.test(s.text) &&
      !SPEAKER.test(s.text) &&
      !s.text.endsWith('?'),
  )
  return unique([...named, ...expected, ...obliged].map((s) => s.text)).slice(0, MOST_CRITERIA)
}

function isNonGoal(statement: Statement): boolean {
  return statement.section === 'non_goals' || NON_GOAL.test(statement.text)
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.filter((text) => text !== ''))]
}
