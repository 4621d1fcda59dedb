// Owns publishing where a workflow does all the work: branch, pull request and advisory checks, and nothing is merged.
import type { TaskId } from '../../contracts/base.ts'
import { advance } from '../../pipeline/advance.ts'
import { branchOf, commitMessage } from '../../pipeline/branch-name.ts'
import { pullBodyOf, readChange } from '../../pipeline/change-evidence.ts'
import type { TaskEngine } from '../../pipeline/engine.ts'
import type { Imported } from '../../pipeline/import-run.ts'
import { readTask } from '../../pipeline/journal.ts'
import type { Stage } from '../../pipeline/stage.ts'
import { stopWith } from '../../pipeline/stopping.ts'
import type { Forge } from '../../ports/forge.ts'
import { nothingCame, notOpened, pullOpened, runEnded } from '../../report/answers/workflow.ts'
import type { Link } from '../../report/markdown.ts'
import type { Notice } from '../../report/notice.ts'
import { newPullText } from '../../report/pull-text.ts'
import { findTemplate } from '../template.ts'
import { verdictChecks } from '../verdicts.ts'

export interface Publishing {
  forge: Forge
  /** The run in Actions. */
  run: Link
  /** Name of the artifact, for whoever wants to verify it. */
  bundle: string
}

/**
 * What people are told of an import. A change is published first; all of it may be done again. Policy is not evaluated:
 * nothing here would look again when a check ends, and a check that anybody's workflow can write decides nothing.
 */
export async function publishImport(
  engine: TaskEngine,
  task: TaskId,
  imported: Imported,
  x: Publishing,
): Promise<{ notice: Notice; pull: number | null }> {
  if (!imported.ok) return { notice: nothingCame({ ...imported, run: x.run }), pull: null }
  if (imported.outcome.kind !== 'change') return { notice: runEnded(imported.outcome, x.run), pull: null }
  const told: Told = {}
  await advance(engine, task, { stages: { PR: publishStage(x, told) } })
  const { pull, closed } = await readTask(engine, task)
  if (pull !== null && told.url !== undefined) {
    const opened = { text: `pull request ${pull.number}`, url: told.url }
    return { notice: pullOpened({ pull: opened, run: x.run }), pull: pull.number }
  }
  const reason = closed?.reason ?? 'the change could not be published'
  return { notice: told.notice ?? nothingCame({ rule: 'publish-refused', reason, run: x.run }), pull: null }
}

/** What the stage learns beside what it answers. */
interface Told {
  notice?: Notice
  /** Of the pull request. */
  url?: string
}

function publishStage(x: Publishing, told: Told): Stage<TaskEngine> {
  return async (context) => {
    const { state, phase, request } = context
    const { run, task } = state
    if (run === null || task === null) throw new Error('PR: there is no run')
    const change = await readChange(context)
    const { changes, summary } = change
    const branch = branchOf(summary.title, task)
    const { writer, reader } = x.forge
    const message = commitMessage(summary.title, summary.summary, task)
    const made = await writer.putBranch({
      branch,
      parent: changes.base,
      expectedHead: null,
      changes,
      message,
    })
    if (!('head' in made) || made.result === 'head_moved') {
      const reason = `The branch ${branch} was not written: ${whyNot(made)}`
      return stopWith(phase, {
        rule: 'publish-refused',
        reason,
        would_help: 'remove the branch and begin anew',
      })
    }
    const template = await findTemplate(reader, changes.base)
    const pullBody = pullBodyOf(context, change, { since: 'SPEC', bundle: x.bundle })
    const body = newPullText(pullBody, template ?? null)
    const base = request.base.ref
    const opened = await writer.putPull({ branch, base, title: summary.title, body, draft: false })
    if (opened.result === 'refused') {
      told.notice = notOpened({ branch, reason: opened.reason, run: x.run })
      return { kind: 'waiting', for: 'the right to open pull requests' }
    }
    const { quality, councils } = change
    const [review, council] = councils
    const shown = { review, quality, council }
    for (const form of verdictChecks(shown, { ledger: run.head, rest: x.run })) {
      await writer.putCheck({
        ...form,
        head: made.head,
        key: `${task}/${form.name}/${made.head.slice(0, 12)}`,
      })
    }
    const pull = opened.pull.number
    told.url = opened.pull.url
    const published = { kind: 'published', branch, head: made.head, tree: made.tree, pull } as const
    return { kind: 'waiting', for: 'people', entries: [published] }
  }
}

function whyNot(made: Awaited<ReturnType<Forge['writer']['putBranch']>>): string {
  switch (made.result) {
    case 'refused':
      return made.reason
    case 'tree_differs':
      return `GitHub made another tree of it, ${made.tree.slice(0, 7)}`
    case 'head_moved':
      return `it is at ${made.head?.slice(0, 7) ?? 'no commit'}, which this run did not make`
    case 'created':
    case 'updated':
    case 'unchanged':
      return ''
  }
}
