// Owns the history of an issue: its events, and its timeline where comments stand among them.
import type { Operations } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { issueEventShape, timelineCommentShape, timelineEventShape } from '../shapes/issue-event.ts'
import type { Issue } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { issueIn } from './issue-finding.ts'

const eventsOf = (repository: Repository, issue: Issue) =>
  repository.events.filter((event) => event.issue === issue.number)

export const timelineOperations: Operations = {
  'issues/list-events': (call) => {
    const { forge, repository } = call
    return page(call, eventsOf(repository, issueIn(call)), (event) =>
      issueEventShape(forge, repository, event),
    )
  },
  'issues/list-events-for-timeline': (call) => {
    const { forge, repository } = call
    const issue = issueIn(call)
    const comments = [...repository.comments.values()].filter((comment) => comment.issue === issue.number)
    // ids rise with time, and times have whole seconds only
    const lines = [
      ...eventsOf(repository, issue).map((event) => ({
        id: event.id,
        shape: () => timelineEventShape(forge, repository, event),
      })),
      ...comments.map((comment) => ({
        id: comment.id,
        shape: () => timelineCommentShape(forge, repository, comment),
      })),
    ].toSorted((a, b) => a.id - b.id)
    return page(call, lines, ({ shape }) => shape())
  },
}
