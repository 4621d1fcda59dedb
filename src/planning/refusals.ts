// Owns why a patch from an issue is not taken into a plan: each refusal one sentence, its rule, and what to do.
import { isConfiguration } from '../contracts/paths.ts'
import type { Phase } from '../contracts/base.ts'
import { pathProblem } from '../contracts/base.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import type { AttachedPatch } from '../contracts/patch.ts'
import { isDependencyFile, matcher } from '../contracts/scope.ts'
import { askedPaths, nearestPath } from './grounding.ts'
import { plainText } from './plain-text.ts'
import type { RepositoryScan } from './scan.ts'

export interface Refusal {
  /** framework_fix: a person has to do this part, a memo says what (R51). */
  kind: 'stopped' | 'framework_fix'
  rule: string
  reason: string
  fix: string
  path: string | null
}

/** Rule of the patch reader for manifests, lockfiles and configuration: the only one that prose can free. */
const FREEABLE = 'patch-manifest'

/** Problems of the patch itself come first; then what its paths may not be; then what the tree contradicts. */
export function planRefusals(
  patch: AttachedPatch,
  context: { prose: string; scan: RepositoryScan; protectedPaths: readonly string[] },
): readonly Refusal[] {
  const isProtected = matcher(context.protectedPaths, { caseless: true })
  const asked = new Set(
    askedPaths(
      context.prose,
      patch.files.map((file) => file.path),
    ),
  )
  const known = new Set(context.scan.paths)
  // The reader of patches names configuration as a problem that prose can free; whether it does is decided here.
  const configuration = new Set(patch.problems.flatMap((p) => (p.rule === FREEABLE ? (p.path ?? []) : [])))
  const firm = patch.problems.filter((problem) => problem.rule !== FREEABLE)
  const broken = firm.map((problem): Refusal => ({
    kind: problem.path !== undefined && isProtected(problem.path) ? 'framework_fix' : 'stopped',
    rule: problem.rule,
    reason: problem.message,
    fix: problem.fix,
    path: problem.path ?? null,
  }))
  const said = new Set(firm.map((problem) => problem.path))
  const files = patch.files
    .filter((file) => !said.has(file.path))
    .flatMap(
      (file) => refusalOf(file, { isProtected, configuration, asked, known, scan: context.scan }) ?? [],
    )
  return [...broken, ...files]
}

function refusalOf(
  file: AttachedPatch['files'][number],
  context: {
    isProtected: (path: string) => boolean
    configuration: ReadonlySet<string>
    asked: ReadonlySet<string>
    known: ReadonlySet<string>
    scan: RepositoryScan
  },
): Refusal | undefined {
  const { path } = file
  const wrong = pathProblem(path)
  if (wrong !== undefined) {
    const reason = `The patch names a path that ${wrong}: ${plainText(path)}.`
    return stop('patch-path', reason, 'Name files inside the repository.', null)
  }
  if (context.isProtected(path) && !isDependencyFile(path)) {
    return {
      kind: 'framework_fix',
      rule: isWorkflow(path) ? 'patch-workflow' : 'patch-protected',
      reason: `The patch changes ${path}, which no run may touch.`,
      fix: `A person with write access changes ${path}; take it out of the patch and run again.`,
      path,
    }
  }
  if ((isConfiguration(path) || context.configuration.has(path)) && !context.asked.has(path)) {
    return stop(
      FREEABLE,
      `The patch changes ${path}; a patch alone never brings manifests, lockfiles or configuration into scope.`,
      `Take ${path} out of the patch, or say in the issue's text what should change in ${path}.`,
      path,
    )
  }
  if (file.binary) {
    const fix = 'Let a person add the file, and keep the rest of the patch.'
    return stop('patch-binary', `The patch changes ${path}, which is binary.`, fix, path)
  }
  if (file.action === 'create' && context.known.has(path)) {
    return stop(
      'patch-file-exists',
      `The patch creates ${path}, which exists already.`,
      'Make the patch against the current base and attach it again.',
      path,
    )
  }
  if (file.action !== 'create' && !context.known.has(path)) {
    const near = nearestPath(path, context.scan)
    const hint = near === undefined ? '' : ` Did you mean ${near}?`
    const reason = `The patch changes ${path}, which the base does not have.${hint}`
    return stop(
      'patch-file-missing',
      reason,
      'Make the patch against the current base and attach it again.',
      path,
    )
  }
  return undefined
}

/** One outcome from all refusals: a memo when a person must do a part, else stopped; every refusal is named. */
export function refusedOutcome(refusals: readonly Refusal[], phase: Phase): RunOutcome | undefined {
  const worst = refusals.find((refusal) => refusal.kind === 'framework_fix') ?? refusals[0]
  if (worst === undefined) return undefined
  const reason = refusals.map((refusal) => refusal.reason).join(' ')
  if (worst.kind === 'stopped') {
    return {
      schema: 'autopilot/run-outcome@1',
      kind: 'stopped',
      phase,
      rule: worst.rule,
      stop_reason: null,
      reason,
      tried: [],
      would_help: [...new Set(refusals.map((refusal) => refusal.fix))].join(' '),
    }
  }
  const lines = refusals.map((r) => `- ${r.path ?? r.rule} (${r.rule}): ${r.reason} ${r.fix}`)
  return {
    schema: 'autopilot/run-outcome@1',
    kind: 'framework_fix',
    phase,
    rule: worst.rule,
    reason,
    paths: refusals.flatMap((refusal) => refusal.path ?? []),
    memo: `This task needs a change that only a person may make.\n\n${lines.join('\n')}\n`,
  }
}

function isWorkflow(path: string): boolean {
  return path.toLowerCase().startsWith('.github/')
}

function stop(rule: string, reason: string, fix: string, path: string | null): Refusal {
  return { kind: 'stopped', rule, reason, fix, path }
}
