// Owns PR on a laptop: the change becomes a branch of the person's repository, with the text its pull request would have.
import { evidenceJson } from '../../contracts/canonical.ts'
import { ChangeSetContract } from '../../contracts/change-set.ts'
import { CouncilVerdictContract } from '../../contracts/council.ts'
import { FileMapContract, PlanContract } from '../../contracts/plan.ts'
import { QualityReportContract } from '../../contracts/quality-report.ts'
import { WorkingSpecContract } from '../../contracts/working-spec.ts'
import { renderPullBody } from '../../report/pull-body.ts'
import { branchOf, commitMessage } from '../branch-name.ts'
import { summarisePull } from '../pull-summary.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'

export async function publish(context: StageContext): Promise<StageResult> {
  const { engine, state, request, phase } = context
  const changes = await context.read('IMPLEMENT', 'change_set.json', ChangeSetContract)
  const quality = await context.read('VERIFY', 'quality_report.json', QualityReportContract)
  const spec = await context.read('SPEC', 'spec.json', WorkingSpecContract)
  const plan = await context.read('PLAN', 'plan.json', PlanContract)
  const fileMap = await context.read('PLAN', 'file_map.json', FileMapContract)
  const councils = [
    await context.read('THINK', 'plan_review.json', CouncilVerdictContract),
    await context.read('REVIEW', 'council_verdict.json', CouncilVerdictContract),
  ]
  const { run, task } = state
  if (run === null || task === null) throw new Error('PR: there is no run')
  const diff = await context.readText('IMPLEMENT', 'git_diff.patch')
  const summary = summarisePull({
    request,
    spec,
    plan,
    fileMap,
    changes,
    diff,
    quality,
    policy: context.policy.value,
  })
  const branch = branchOf(summary.title, task)
  const made = await engine.git.putBranch({
    branch,
    changes,
    message: commitMessage(summary.title, summary.summary, task),
    // The time at which the change passed its review: the same run always makes the same commit.
    at: state.passed.REVIEW?.at ?? '',
  })
  if (made.result === 'refused') {
    const { rule, message, fix } = made.problem
    return stopWith(phase, { rule, reason: message, would_help: fix })
  }
  if (made.result === 'head_moved') {
    const reason = `The branch ${branch} exists and is at ${made.head.slice(0, 7)}, which this run did not make.`
    const would_help = `rename or delete it (git branch -m ${branch} NAME), then go on with --resume`
    return { kind: 'waiting', for: `${branch} to be free: ${reason} ${would_help}` }
  }
  const opened = state.passed.STRATEGIZE?.at ?? ''
  const body = renderPullBody({
    summary,
    quality,
    councils,
    sandbox: context.sandbox,
    worker: `recipe ${plan.recipe?.id ?? 'none'}`,
    costUsd: 0,
    ms: Date.parse(state.passed.REVIEW?.at ?? opened) - Date.parse(opened),
    ledger: run.head,
    bundle: 'BUNDLE',
  })
  const files = {
    'pr_url.txt': `refs/heads/${branch} (a local run opens no pull request)\n`,
    'pr_body.md': body,
    'pr_summary.json': evidenceJson(summary),
    'ci_results.json': evidenceJson({
      schema: 'autopilot/observation@1',
      what: 'ci',
      status: 'not_applicable',
      reason: 'A local run pushes nothing, so no CI has run on this commit.',
      items: [],
    }),
  }
  const published = { kind: 'published', branch, head: made.head, tree: changes.tree } as const
  const note = `branch ${branch} at ${made.head.slice(0, 7)}`
  return { kind: 'passed', files, note, entries: [published] }
}
