// Owns where a new review comment stands: its line checked against the diff, or 422.
import { pullNumbered, standOf } from '../pull-heads.ts'
import { ApiError } from '../server/api-error.ts'
import { MOST_PATCH_BYTES } from '../shapes/commit.ts'
import type { ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import type { DiffLine, Side } from './lines.ts'
import { diffLines, lineAt, numberOn } from './lines.ts'

/** As the operations take it: a line with its side, the older position, or the whole file. */
export interface Wanted {
  readonly path: string
  readonly position?: number | undefined
  readonly line?: number | undefined
  readonly side?: string | undefined
  readonly start_line?: number | undefined
  readonly start_side?: string | undefined
  readonly subject_type?: string | undefined
}

export type Place = Pick<
  ReviewComment,
  | 'path'
  | 'diffHunk'
  | 'position'
  | 'originalPosition'
  | 'side'
  | 'startSide'
  | 'line'
  | 'originalLine'
  | 'startLine'
  | 'originalStartLine'
  | 'subjectType'
>

function refuse(field: string, message: string): ApiError {
  const errors = [{ resource: 'PullRequestReviewComment', code: 'custom' as const, field, message }]
  return new ApiError(422, 'Validation Failed', { errors })
}

const sideOf = (text: string | undefined): Side => (text === 'LEFT' ? 'LEFT' : 'RIGHT')

/** @throws {ApiError} 422 for what the diff does not show */
export async function placeIn(
  repository: Repository,
  number: number,
  commitId: string,
  wanted: Wanted,
): Promise<Place> {
  const { pull } = pullNumbered(repository, number)
  const { base } = await standOf(repository, pull)
  const from = await repository.git.mergeBase(base, commitId)
  const diff = await repository.git.diff(from, commitId, { maxPatchBytes: MOST_PATCH_BYTES })
  const file = diff?.files.find(({ path }) => path === wanted.path)
  if (file === undefined) throw refuse('path', 'path could not be resolved')
  if (wanted.subject_type === 'file') return onFile(wanted.path)
  const lines = diffLines(file.patch ?? '')
  const side = sideOf(wanted.side)
  const at = lineOf(lines, side, wanted)
  return { ...onLine(wanted, at, side), ...span(lines, side, wanted, at) }
}

function lineOf(lines: readonly DiffLine[], side: Side, wanted: Wanted): DiffLine {
  if (wanted.line === undefined && wanted.position === undefined) {
    throw refuse('line', 'line or position is missing')
  }
  const found =
    wanted.line === undefined
      ? lines.find(({ position }) => position === wanted.position)
      : lineAt(lines, side, wanted.line)
  const field = wanted.line === undefined ? 'position' : 'line'
  if (found === undefined) throw refuse(field, `pull_request_review_thread.${field} must be part of the diff`)
  return found
}

function onLine({ path, line }: Wanted, at: DiffLine, asked: Side) {
  // a position names a deleted line by itself
  const side: Side = line === undefined && at.right === null ? 'LEFT' : asked
  const number = numberOn(at, side)
  return {
    path,
    diffHunk: at.hunk,
    position: at.position,
    originalPosition: at.position,
    side,
    line: number,
    originalLine: number,
    subjectType: 'line' as const,
  }
}

function span(lines: readonly DiffLine[], side: Side, wanted: Wanted, end: DiffLine) {
  const number = wanted.start_line
  if (number === undefined) return { startLine: null, originalStartLine: null, startSide: null }
  const startSide = wanted.start_side === undefined ? side : sideOf(wanted.start_side)
  const start = lineAt(lines, startSide, number)
  if (start === undefined) {
    throw refuse('start_line', 'pull_request_review_thread.start_line must be part of the diff')
  }
  if (start.position >= end.position) {
    throw refuse('start_line', 'start_line must precede the end line.')
  }
  return { startLine: number, originalStartLine: number, startSide }
}

function onFile(path: string): Place {
  return {
    path,
    diffHunk: '',
    position: 1,
    originalPosition: 1,
    side: 'RIGHT',
    startSide: null,
    line: null,
    originalLine: null,
    startLine: null,
    originalStartLine: null,
    subjectType: 'file',
  }
}
