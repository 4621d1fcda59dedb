// Owns IMPLEMENT: a worker changes a copy of the repository; what it made is held against scope and protected paths.
import { evidenceJson } from '../../contracts/canonical.ts'
import type { ChangeSet } from '../../contracts/change-set.ts'
import { IntentContract } from '../../contracts/intent.ts'
import type { RunOutcome } from '../../contracts/outcome.ts'
import { PlanContract, type Plan } from '../../contracts/plan.ts'
import type { Finding } from '../../contracts/verdict.ts'
import { WorkingSpecContract } from '../../contracts/working-spec.ts'
import type { Dependencies, Toolchain } from '../../ports.ts'
import { findViolations } from '../../work/change-set.ts'
import { makeBrief } from '../../work/brief.ts'
import { lastDirective } from '../rounds.ts'
import { refuseMutation, renderTranscript, runWorker, workerFor, type Worked } from '../run-worker.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'
import { toolchainOf } from '../toolchain.ts'

export async function implement(context: StageContext): Promise<StageResult> {
  const { engine } = context
  const plan = await context.read('PLAN', 'plan.json', PlanContract)
  const spec = await context.read('SPEC', 'spec.json', WorkingSpecContract)
  const intent = await context.read('SPEC', 'intent.json', IntentContract)
  const found = await toolchainOf(context, undefined)
  const toolchain = found.kind === 'known' ? found.toolchain : null
  const worker = workerFor(engine, plan)
  if (worker === undefined || plan.recipe === null) {
    return ended(context, 'needs-agent', 'No rule can do this work and no coding agent is configured.', [], {
      would_help:
        'attach a patch as a fenced diff, or name a recipe: a dependency and its version, format, lint fix',
    })
  }
  const dependencies = await dependenciesFor(context, plan, toolchain)
  if (dependencies.kind === 'failed') {
    return ended(context, 'install', dependencies.reason, [], { would_help: 'make the base commit install' })
  }
  const job = {
    task: context.state.task ?? '',
    visit: context.visit,
    spec,
    plan,
    anchor: intent.intent_anchor,
    directive: await lastDirective(context),
    toolchain,
  }
  const allow = toolchain?.install?.allow ?? []
  const worked = await engine.watch.during('worker', () =>
    runWorker(context, worker, job, { ...dependencies.use, allow }),
  )
  return judgeWork(context, plan, worked, makeBrief(job))
}

/** Only recipes that run the repository's own tools need its dependencies; the base's are the ones it works with. */
async function dependenciesFor(
  context: StageContext,
  plan: Plan,
  toolchain: Toolchain | null,
): Promise<{ kind: 'ready'; use: { dependencies?: Dependencies } } | { kind: 'failed'; reason: string }> {
  const needed = plan.recipe?.id === 'format' || plan.recipe?.id === 'lint-fix'
  const install = toolchain?.install ?? null
  if (!needed || install === null) return { kind: 'ready', use: {} }
  context.note('installing the dependencies of the base commit')
  const base = context.request.base.sha
  const installed = await context.engine.sandbox.install({ base, plan: install }, context.signal)
  if (!installed.ok) return { kind: 'failed', reason: installed.problem.message }
  return { kind: 'ready', use: { dependencies: installed.dependencies } }
}

async function judgeWork(
  context: StageContext,
  plan: Plan,
  worked: Worked,
  brief: string,
): Promise<StageResult> {
  const transcript = renderTranscript(worked.events, context.settings)
  if (worked.kind === 'git_mutation') return refuseMutation(context, worked)
  const { end } = worked
  if (worked.kind === 'refused') {
    const { rule, message, fix } = worked.problem
    return ended(context, rule, message, [end.detail], {
      would_help: fix,
      files: { 'transcript.jsonl': transcript },
    })
  }
  const { changes } = worked
  const files = {
    'brief.md': brief,
    'transcript.jsonl': transcript,
    'change_set.json': evidenceJson(changes),
    'modified_files.json': evidenceJson(modifiedFiles(changes)),
    'git_diff.patch': await context.engine.git.diff(changes),
  }
  if (end.stop !== 'done' && end.stop !== 'empty') {
    return ended(context, `worker-${end.stop.replaceAll('_', '-')}`, end.detail, [], {
      would_help: end.suggestion,
      files: { 'transcript.jsonl': transcript },
    })
  }
  if (changes.files.length === 0) {
    return ended(context, 'empty-change', 'The worker changed nothing.', [end.detail], {
      would_help: end.suggestion,
      files: { 'transcript.jsonl': transcript },
    })
  }
  const violations = findViolations(changes, {
    paths: plan.scope.paths,
    out: plan.scope.out,
    protectedPaths: context.policy.value.protected_paths,
  })
  if (violations.length > 0) return violated(context, violations, files)
  const added = changes.files.reduce((sum, file) => sum + file.added, 0)
  const removed = changes.files.reduce((sum, file) => sum + file.removed, 0)
  const note = `recipe ${plan.recipe?.id ?? 'none'}, +${added} −${removed} in ${changes.files.length} ${changes.files.length === 1 ? 'file' : 'files'}`
  return { kind: 'passed', files, note }
}

function modifiedFiles(changes: ChangeSet): object {
  return {
    schema: 'autopilot/modified-files@1',
    files: changes.files.map(({ path, before, after, added, removed }) => {
      const action = before === null ? 'create' : after === null ? 'delete' : 'modify'
      return { path, action, added, removed }
    }),
  }
}

/** Out of scope stops the run; a protected path asks a person to make that part of the change (R51). */
function violated(
  context: StageContext,
  violations: readonly Finding[],
  files: Readonly<Record<string, string>>,
): StageResult {
  const named = violations.flatMap((one) => (one.location === undefined ? [] : [one.location.path]))
  const paths = [...new Set(named)]
  const reason = violations.map((finding) => finding.message).join(' ')
  const framework = violations.find((finding) => finding.rule === 'protected-path')
  if (framework === undefined) {
    const would_help = violations[0]?.fix ?? 'name the files in the issue, in words'
    return ended(context, violations[0]?.rule ?? 'scope', reason, [], { would_help, files })
  }
  const outcome: RunOutcome = {
    schema: 'autopilot/run-outcome@1',
    kind: 'framework_fix',
    phase: context.phase,
    rule: framework.rule,
    reason,
    paths,
    memo: `A person has to change ${paths.join(', ')}: a run never does. The diff is kept as evidence (git_diff.patch).`,
  }
  return { kind: 'ended', outcome, files, note: reason }
}

function ended(
  context: StageContext,
  rule: string,
  reason: string,
  tried: readonly string[],
  x: { would_help?: string; files?: Readonly<Record<string, string>> },
): StageResult {
  // A worker may end without words; a person never gets an empty line for a reason.
  const said = reason === '' ? `The worker ended (${rule}) and did not say why.` : reason
  const help = x.would_help ?? ''
  const would_help = help === '' ? 'read the transcript in the evidence of IMPLEMENT' : help
  const stop = { rule, reason: said, tried: tried.filter((one) => one !== ''), would_help }
  return stopWith(context.phase, stop, x.files)
}
