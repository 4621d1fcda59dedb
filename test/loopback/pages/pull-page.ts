// Owns the head and tabs that all pages of a pull request share, and the conversation.
import type { Forge } from '../forge.ts'
import type { Repository } from '../world/repository.ts'
import { checksOf } from './checks-of.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { issueSide, sideSection } from './issue-page.ts'
import type { Page } from './layout.ts'
import { addressOf } from './layout.ts'
import { mergeBox } from './merge-box.ts'
import { avatar, plural, shortSha, when, who } from './people.ts'
import type { PullFacts } from './pull-facts.ts'
import { reviewMoments, verdictOf, verdictsOn } from './reviews.ts'
import { sign, stateMark } from './status.ts'
import type { Moment } from './timeline.ts'
import { commentMoments, eventMoments, inOrder, openingBox } from './timeline.ts'

export type PullTab = 'conversation' | 'checks' | 'files'

export function headName({ repository, pull }: PullFacts): string {
  const from = pull.headRepository
  if (from === undefined) return 'unknown repository'
  return from.id === repository.id ? pull.headRef : `${from.owner.login}:${pull.headRef}`
}

/** As many pieces of writing as the conversation has below its first. */
function spoken(repository: Repository, number: number): number {
  const own = <Piece extends { readonly pull: number }>(all: ReadonlyMap<number, Piece>) =>
    [...all.values()].filter((piece) => piece.pull === number)
  const comments = [...repository.comments.values()].filter((comment) => comment.issue === number)
  const reviews = own(repository.reviews).filter(({ body }) => body !== '')
  return comments.length + reviews.length + own(repository.reviewComments).length
}

function pullHead(facts: PullFacts, current: PullTab): Html {
  const { repository, issue, pull, diff, commits, head } = facts
  const address = `${addressOf(repository)}/pull/${pull.number}`
  const checks = checksOf(repository, head)
  const tab = (name: PullTab, path: string, words: string, count: number | undefined) =>
    html`<a href="${address}${path}" ${name === current && html` aria-current="page"`}
      >${words} ${count !== undefined && html`<span class="count">${count}</span>`}</a
    >`
  const talk = spoken(repository, pull.number)
  const did = pull.merged === undefined ? 'wants to merge' : 'had proposed to merge'
  return html`<div class="head">
      <h1>${issue.title} <span class="number">#${pull.number}</span></h1>
      <p>
        ${stateMark(issue, pull)}
        <span class="muted"
          >${who(issue.author, issue.via)} ${did} ${plural(commits.length, 'commit')} into
          <code class="branch">${pull.baseRef}</code> from
          <code class="branch">${headName(facts)}</code></span
        >
        <span
          ><span class="plus">+${diff?.additions ?? 0}</span>
          <span class="minus">-${diff?.deletions ?? 0}</span></span
        >
      </p>
    </div>
    <nav class="tabs" aria-label="Parts of the pull request">
      ${tab('conversation', '', 'Conversation', talk)}
      ${tab('checks', '/checks', 'Checks', checks.runs.length + checks.statuses.length)}
      ${tab('files', '/files', 'Files changed', diff?.totalFiles ?? 0)}
    </nav>`
}

export function pullTab(facts: PullFacts, current: PullTab, inside: Html): Page {
  const { repository, issue, pull } = facts
  const part = { conversation: '', checks: 'Checks · ', files: 'Files · ' }[current]
  return {
    status: 200,
    title: `${part}${issue.title} · Pull request #${pull.number}`,
    repository,
    body: html`${pullHead(facts, current)}${inside}`,
  }
}

function commitMoments({ commits, issue }: PullFacts): Moment[] {
  return commits.map((commit, at) => {
    const time = new Date(commit.at).toISOString().replace(/\.\d+Z$/, 'Z')
    return {
      // committed before the pull request was opened: right after its first words
      at: time < issue.createdAt ? issue.createdAt : time,
      id: at - commits.length,
      shown: html`<div class="event">
        <span class="sign quiet" aria-hidden="true">•</span>
        <div><b>${commit.author}</b> committed “${commit.title}” ${shortSha(commit.sha)} ${when(time)}</div>
      </div>`,
    }
  })
}

function reviewersSide({ repository, pull }: PullFacts): Html {
  const standing = verdictsOn(repository, pull.number)
  const asked = [
    ...pull.requestedReviewers.map(
      (account) => html`<p>${avatar(account)} ${who(account)} <span class="muted">asked</span></p>`,
    ),
    ...pull.requestedTeams.map(
      (team) => html`<p><b>${team.name}</b> <span class="muted">team, asked</span></p>`,
    ),
  ]
  const given = standing.map((review) => {
    const { tone, sign: text, did } = verdictOf(review.state)
    return html`<p>${avatar(review.author)} ${who(review.author)} ${sign(tone, text, did)}</p>`
  })
  return sideSection('Reviewers', [...given, ...asked], 'No reviews')
}

export async function conversationPage(forge: Forge, facts: PullFacts): Promise<Page> {
  const { repository, issue, pull } = facts
  const moments = [
    ...commitMoments(facts),
    ...commentMoments(repository, pull.number),
    ...eventMoments(repository, pull.number),
    ...reviewMoments(repository, pull.number, forge.clock.iso()),
  ]
  return pullTab(
    facts,
    'conversation',
    html`<div class="columns">
      <section aria-label="Conversation">
        ${openingBox(repository, issue, 'opened this pull request')}${inOrder(moments)}${await mergeBox(forge, facts)}
      </section>
      ${issueSide(repository, issue, reviewersSide(facts))}
    </div>`,
  )
}
