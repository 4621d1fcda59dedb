// Owns the page of an issue, and the column beside a conversation.
import type { Issue } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import type { Html, Value } from './html.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'
import { avatar, labelMark, plural, when, who } from './people.ts'
import { stateMark } from './status.ts'
import { commentMoments, eventMoments, inOrder, openingBox } from './timeline.ts'

export function labelsShown(repository: Repository, issue: Issue): Html[] {
  return issue.labels.flatMap((name) => {
    const label = repository.labels.get(name)
    return label === undefined ? [] : labelMark(label)
  })
}

export function sideSection(title: string, entries: readonly Value[], none: string): Html {
  const shown = entries.length === 0 ? html`<p class="muted">${none}</p>` : entries
  return html`<section>
    <h2>${title}</h2>
    ${shown}
  </section>`
}

export function issueSide(repository: Repository, issue: Issue, before: Value = ''): Html {
  const assignees = issue.assignees.map((account) => html`<p>${avatar(account)} ${who(account)}</p>`)
  const labels = labelsShown(repository, issue)
  return html`<aside class="side" aria-label="About this">
    ${before} ${sideSection('Assignees', assignees, 'No one')}
    ${sideSection('Labels', labels.length === 0 ? [] : [html`<p>${labels}</p>`], 'None')}
    ${issue.locked && sideSection('Locked', [html`<p>${issue.lockReason ?? 'no reason given'}</p>`], '')}
  </aside>`
}

export function issuePage(repository: Repository, issue: Issue): Page {
  const comments = commentMoments(repository, issue.number)
  const moments = [...comments, ...eventMoments(repository, issue.number)]
  const reason = issue.state === 'closed' && issue.stateReason !== null && issue.stateReason !== 'completed'
  return {
    status: 200,
    title: `${issue.title} · Issue #${issue.number}`,
    repository,
    body: html` <div class="head">
        <h1>${issue.title} <span class="number">#${issue.number}</span></h1>
        <p>
          ${stateMark(issue, undefined)}
          ${reason && html`<span class="tag quiet">${issue.stateReason?.replace('_', ' ')}</span>`}
          <span class="muted"
            >${who(issue.author, issue.via)} opened this issue ${when(issue.createdAt)} ·
            ${plural(comments.length, 'comment')}</span
          >
        </p>
      </div>
      <div class="columns">
        <section aria-label="Conversation">
          ${openingBox(repository, issue, 'opened this issue')}${inOrder(moments)}
        </section>
        ${issueSide(repository, issue)}
      </div>`,
  }
}
