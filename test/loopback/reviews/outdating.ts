// Owns that review comments follow their lines from one head to the next, or become outdated.
import type { Pull, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import type { DiffLine } from './lines.ts'
import { diffLines, findAgain, numberOn } from './lines.ts'

/** Called when the head has moved. */
export async function replaceComments(repository: Repository, pull: Pull, head: string): Promise<void> {
  const shown = [...repository.reviewComments.values()].filter(
    (comment) => comment.pull === pull.number && comment.line !== null,
  )
  if (shown.length === 0) return
  const base = await repository.git.mergeBase(`refs/heads/${pull.baseRef}`, head)
  const diff = await repository.git.diff(base, head)
  for (const comment of shown) {
    const patch = diff?.files.find((file) => file.path === comment.path)?.patch
    const lines = patch === undefined ? [] : diffLines(patch)
    replace(comment, findAgain(lines, comment.side, comment.diffHunk, comment.line ?? 0), head)
  }
}

function replace(comment: ReviewComment, found: DiffLine | undefined, head: string): void {
  if (found === undefined) {
    Object.assign(comment, { line: null, startLine: null, position: null })
    return
  }
  const line = numberOn(found, comment.side)
  const span = (comment.line ?? 0) - (comment.startLine ?? comment.line ?? 0)
  comment.startLine = comment.startLine === null || line === null ? null : line - span
  comment.line = line
  comment.position = found.position
  comment.commitId = head
}
