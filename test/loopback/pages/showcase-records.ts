// Owns how records come to be that the showcase furnishes, each a minute after the one before.
import type { Forge } from '../forge.ts'
import { addIssue } from '../new-records.ts'
import type { Account, App } from '../world/accounts.ts'
import type { Annotation, CheckRun, CheckSuite } from '../world/checks.ts'
import type { Issue, IssueEvent } from '../world/issues.ts'
import type { Review, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

export type Records = ReturnType<typeof makeRecords>

export function makeRecords(forge: Forge, repository: Repository) {
  const { world, clock } = forge
  const now = () => {
    clock.advance(61_000)
    return clock.iso()
  }
  const tell = (number: number, actor: Account, event: string, more: Partial<IssueEvent> = {}) =>
    repository.events.push({
      id: world.nextId(),
      issue: number,
      event,
      actor,
      via: undefined,
      createdAt: now(),
      commitId: null,
      ...more,
    })
  const say = (
    number: number,
    author: Account,
    body: string,
    more: { via?: App; minimized?: string } = {},
  ) => {
    const [id, at] = [world.nextId(), now()]
    repository.comments.set(id, {
      id,
      issue: number,
      body,
      author,
      via: more.via,
      createdAt: at,
      updatedAt: at,
      minimized: more.minimized,
    })
    return id
  }
  const open = (author: Account, title: string, body: string): Issue => {
    now()
    return addIssue(forge, repository, { title, body, author })
  }

  const suite = (of: App, head: string, run?: number): CheckSuite => {
    const at = now()
    const made: CheckSuite = {
      id: world.nextId(),
      app: of,
      headSha: head,
      headBranch: 'bot/sum',
      before: null,
      after: head,
      createdAt: at,
      updatedAt: at,
      rerequestedAt: undefined,
      run,
    }
    repository.checkSuites.set(made.id, made)
    return made
  }
  const checkRun = (of: CheckSuite, name: string, more: Partial<CheckRun>): CheckRun => {
    const at = now()
    const made: CheckRun = {
      id: world.nextId(),
      suite: of.id,
      app: of.app,
      name,
      headSha: of.headSha,
      externalId: '',
      detailsUrl: 'https://widgets.example.test/runs/7',
      status: 'completed',
      conclusion: 'success',
      startedAt: at,
      completedAt: now(),
      output: { title: null, summary: null, text: null },
      annotations: [],
      actions: [],
      createdAt: at,
      ...more,
    }
    repository.checkRuns.set(made.id, made)
    return made
  }
  const annotation = (
    path: string,
    line: number,
    message: string,
    more: Partial<Annotation> = {},
  ): Annotation => ({
    path,
    startLine: line,
    endLine: line,
    startColumn: null,
    endColumn: null,
    level: 'warning' as const,
    message,
    title: null,
    rawDetails: null,
    ...more,
  })
  const review = (author: Account, state: Review['state'], head: string, body = ''): Review => {
    const made: Review = {
      id: world.nextId(),
      pull: 2,
      author,
      via: undefined,
      body,
      state,
      commitId: head,
      submittedAt: now(),
    }
    repository.reviews.set(made.id, made)
    return made
  }
  const remark = (of: Review, body: string, more: Partial<ReviewComment> = {}): ReviewComment => {
    const at = now()
    const made: ReviewComment = {
      id: world.nextId(),
      pull: 2,
      review: of.id,
      author: of.author,
      via: undefined,
      body,
      path: 'src/sum.js',
      diffHunk:
        '@@ -1,7 +1,3 @@\n export function sum(numbers) {\n-  let total = 0\n+  return numbers.reduce((total, number) => total + number, 0)',
      commitId: of.commitId,
      originalCommitId: of.commitId,
      position: 2,
      originalPosition: 2,
      side: 'RIGHT',
      startSide: null,
      line: 2,
      originalLine: 2,
      startLine: null,
      originalStartLine: null,
      subjectType: 'line',
      inReplyTo: undefined,
      resolvedBy: undefined,
      createdAt: at,
      updatedAt: at,
      ...more,
    }
    repository.reviewComments.set(made.id, made)
    return made
  }
  return { now, tell, say, open, suite, checkRun, annotation, review, remark }
}
