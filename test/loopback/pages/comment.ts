// Owns how a piece of somebody's writing is shown: an issue's body, a comment, what a review says, and reactions.
import type { Account, App } from '../world/accounts.ts'
import type { Reaction } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import type { Html, Value } from './html.ts'
import { html } from './html.ts'
import { addressOf } from './layout.ts'
import { renderMarkdown } from './markdown.ts'
import { avatar, when, who } from './people.ts'

export function writing(repository: Repository, text: string | null, breaks = true): Html {
  if (text === null || text.trim() === '') return html`<p class="muted"><i>No description provided.</i></p>`
  return renderMarkdown(text, {
    breaks,
    reference(number) {
      if (!repository.issues.has(number)) return undefined
      return `${addressOf(repository)}/${repository.pulls.has(number) ? 'pull' : 'issues'}/${number}`
    },
  })
}

export function reactionsTo(repository: Repository, on: Reaction['on']): Html | undefined {
  const counts = new Map<string, number>()
  for (const reaction of repository.reactions.values()) {
    if (reaction.on.kind !== on.kind || reaction.on.id !== on.id) continue
    counts.set(reaction.content, (counts.get(reaction.content) ?? 0) + 1)
  }
  if (counts.size === 0) return undefined
  const chips = [...counts].map(([content, count]) => html`<span>${content} ${count}</span>`)
  return html`<p class="reactions" aria-label="Reactions">${chips}</p>`
}

export interface Written {
  /** the fragment of its address, such as `issuecomment-1` */
  readonly anchor: string
  readonly author: Account
  readonly via: App | undefined
  readonly at: string
  /** what the author did: `commented`, `opened this issue` */
  readonly did: string
  readonly edited: boolean
  readonly body: Html
  readonly reactions?: Html | undefined
  readonly marks?: Value
  /** why it is hidden */
  readonly minimized?: string | undefined
}

/** One box of a conversation. */
export function writtenBox(written: Written): Html {
  const { anchor, author, via, at, did, edited, body, reactions, marks, minimized } = written
  const by = html`${avatar(author)}<span
      >${who(author, via)} ${did} <span class="muted">${when(at)}</span></span
    >
    ${edited && html`<span class="muted small">edited</span>`}<span class="end">${marks}</span>`
  const inside = html`<div class="inside">${body}${reactions}</div>`
  if (minimized === undefined) {
    return html`<article class="box" id="${anchor}">
      <header class="by">${by}</header>
      ${inside}
    </article>`
  }
  const reason = html`<span class="tag quiet"
    >hidden as ${minimized.toLowerCase().replaceAll('_', ' ')}</span
  >`
  return html`<details class="box" id="${anchor}">
    <summary>${by} ${reason}</summary>
    ${inside}
  </details>`
}
