// Owns the order of a conversation, and the sentence for each event between its comments.
import type { Issue, IssueEvent } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { reactionsTo, writing, writtenBox } from './comment.ts'
import type { Html, Value } from './html.ts'
import { html } from './html.ts'
import { avatar, labelMark, shortSha, when, who } from './people.ts'

export interface Moment {
  /** ISO 8601 */
  readonly at: string
  /** which of two in the same second came first */
  readonly id: number
  readonly shown: Html
}

export const inOrder = (moments: readonly Moment[]): Html[] =>
  [...moments].sort((a, b) => a.at.localeCompare(b.at) || a.id - b.id).map(({ shown }) => shown)

/** GitHub records these and shows no line for them. */
const SILENT = new Set(['mentioned', 'subscribed', 'unsubscribed', 'commented', 'reviewed'])

function sentence(repository: Repository, event: IssueEvent): Value {
  const label = event.label !== undefined && labelMark(repository.labels.get(event.label.name) ?? event.label)
  const other = event.assignee !== undefined && who(event.assignee)
  const commit = event.commitId !== null && shortSha(event.commitId)
  switch (event.event) {
    case 'labeled':
      return html`added the label ${label}`
    case 'unlabeled':
      return html`removed the label ${label}`
    case 'assigned':
      return html`assigned ${other}`
    case 'unassigned':
      return html`unassigned ${other}`
    case 'closed':
      return html`closed this${commit !== false && html` with ${commit}`}`
    case 'merged':
      return html`merged this as ${commit}`
    case 'reopened':
      return 'reopened this'
    case 'renamed':
      return html`changed the title from <del>${event.rename?.from}</del> to <b>${event.rename?.to}</b>`
    case 'locked':
      return `locked the conversation${event.lockReason ? ` as ${event.lockReason}` : ''}`
    case 'unlocked':
      return 'unlocked the conversation'
    case 'review_requested':
      return html`requested a review from ${event.reviewRequested && who(event.reviewRequested)}`
    case 'review_request_removed':
      return html`removed the request for review from ${event.reviewRequested && who(event.reviewRequested)}`
    case 'review_dismissed':
      return html`dismissed a review: ${event.dismissedReview?.message}`
    case 'head_ref_force_pushed':
      return html`force-pushed the branch${commit !== false && html` to ${commit}`}`
    case 'head_ref_deleted':
      return 'deleted the branch'
    case 'head_ref_restored':
      return 'restored the branch'
    case 'base_ref_changed':
      return 'changed the base branch'
    case 'convert_to_draft':
      return 'marked this as a draft'
    case 'ready_for_review':
      return 'marked this as ready for review'
    case 'auto_merge_enabled':
      return 'enabled auto-merge'
    case 'auto_merge_disabled':
      return 'disabled auto-merge'
    case 'added_to_merge_queue':
      return 'added this to the merge queue'
    case 'removed_from_merge_queue':
      return 'removed this from the merge queue'
    default:
      return event.event.replaceAll('_', ' ')
  }
}

export function eventMoments(repository: Repository, number: number): Moment[] {
  return repository.events
    .filter((event) => event.issue === number && !SILENT.has(event.event))
    .map((event) => ({
      at: event.createdAt,
      id: event.id,
      shown: html`<div class="event" id="event-${event.id}">
        ${avatar(event.actor)}
        <div>${who(event.actor, event.via)} ${sentence(repository, event)} ${when(event.createdAt)}</div>
      </div>`,
    }))
}

export function commentMoments(repository: Repository, number: number): Moment[] {
  return [...repository.comments.values()]
    .filter((comment) => comment.issue === number)
    .map((comment) => ({
      at: comment.createdAt,
      id: comment.id,
      shown: writtenBox({
        anchor: `issuecomment-${comment.id}`,
        author: comment.author,
        via: comment.via,
        at: comment.createdAt,
        did: 'commented',
        edited: comment.updatedAt !== comment.createdAt,
        body: writing(repository, comment.body),
        reactions: reactionsTo(repository, { kind: 'issue_comment', id: comment.id }),
        minimized: comment.minimized,
      }),
    }))
}

/** What opened the conversation; always first. */
export function openingBox(repository: Repository, issue: Issue, did: string): Html {
  return writtenBox({
    anchor: `issue-${issue.id}`,
    author: issue.author,
    via: issue.via,
    at: issue.createdAt,
    did,
    edited: false,
    body: writing(repository, issue.body),
    reactions: reactionsTo(repository, { kind: 'issue', id: issue.number }),
  })
}
