// Owns what every page has around its content: the document, the way back, and a word on what this server is.
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import type { Html } from './html.ts'
import { html, trusted } from './html.ts'
import { STYLE } from './style.ts'

export interface Page {
  readonly status: number
  /** in the browser's title bar */
  readonly title: string
  readonly repository?: Repository
  /** has the page's one h1 */
  readonly body: Html
}

export const addressOf = (repository: Repository) => `/${fullName(repository)}`

function way(repository: Repository | undefined): Html {
  if (repository === undefined) return html`<a href="/"><b>Repositories</b></a>`
  const address = addressOf(repository)
  return html` <a href="/">Repositories</a> <span class="muted">/</span>
    <a href="${address}"><b>${fullName(repository)}</b></a>
    ${repository.private && html`<span class="badge">Private</span>`}
    <span class="links"
      ><a href="${address}#issues">Issues</a><a href="${address}#pulls">Pull requests</a
      ><a href="${address}/actions">Actions</a></span
    >`
}

export function document({ title, repository, body }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        <header class="top"><nav aria-label="Where this page is">${way(repository)}</nav></header>
        <main>${body}</main>
        <footer>A GitHub on this machine, for tests and the demo.</footer>
      </body>
    </html> `.markup
}

export function notFoundPage(what: string): Page {
  return {
    status: 404,
    title: 'Not found',
    body: html`<h1>Not found</h1>
      <p>${what} See the <a href="/">repositories</a> that this server has.</p>`,
  }
}
