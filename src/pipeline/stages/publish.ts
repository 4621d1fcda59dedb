// Owns PR on a laptop: the change becomes a branch of the person's repository, with the text its pull request would have.
import { evidenceJson } from '../../contracts/canonical.ts'
import { renderPullBody } from '../../report/pull-body.ts'
import { branchOf, commitMessage } from '../branch-name.ts'
import { pullBodyOf, readChange } from '../change-evidence.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'

export async function publish(context: StageContext): Promise<StageResult> {
  const { engine, state, phase } = context
  const change = await readChange(context)
  const { changes, summary } = change
  const { run, task } = state
  if (run === null || task === null) throw new Error('PR: there is no run')
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
  const body = renderPullBody(pullBodyOf(context, change, { since: 'STRATEGIZE', bundle: 'BUNDLE' }))
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
