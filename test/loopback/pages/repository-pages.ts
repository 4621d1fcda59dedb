// Owns the pages of a repository and of all repositories.
import type { Issue } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { labelsShown } from './issue-page.ts'
import type { Page } from './layout.ts'
import { addressOf } from './layout.ts'
import { plural, when, who } from './people.ts'
import { stateMark } from './status.ts'

const openOf = (issues: readonly Issue[]) => issues.filter(({ state }) => state === 'open').length

function split(repository: Repository): { readonly issues: Issue[]; readonly pulls: Issue[] } {
  const all = [...repository.issues.values()].sort((a, b) => b.number - a.number)
  return {
    issues: all.filter(({ number }) => !repository.pulls.has(number)),
    pulls: all.filter(({ number }) => repository.pulls.has(number)),
  }
}

function listOf(
  repository: Repository,
  { id, title, issues }: { id: string; title: string; issues: readonly Issue[] },
): Html {
  const rows = issues.map((issue) => {
    const pull = repository.pulls.get(issue.number)
    const address = `${addressOf(repository)}/${pull === undefined ? 'issues' : 'pull'}/${issue.number}`
    return html`<tr>
      <td>
        <a href="${address}"><b>${issue.title}</b></a> ${labelsShown(repository, issue)}
        <div class="muted small">
          #${issue.number} opened by ${who(issue.author, issue.via)} ${when(issue.createdAt)}
        </div>
      </td>
      <td class="time">${stateMark(issue, pull)}</td>
    </tr>`
  })
  const none = html`<p class="inside muted">None yet.</p>`
  return html`<section class="box" id="${id}">
    <header>
      <h2>${title}</h2>
      <span class="muted">${openOf(issues)} open</span>
    </header>
    ${
      issues.length === 0
        ? none
        : html`<table class="list">
            <caption class="unseen">
              ${title}
            </caption>
            <thead class="slim">
              <tr>
                <th scope="col">Title</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }
  </section>`
}

export function repositoryPage(repository: Repository): Page {
  const { issues, pulls } = split(repository)
  return {
    status: 200,
    title: fullName(repository),
    repository,
    body: html`<div class="head">
        <h1>${fullName(repository)}</h1>
        <p class="muted">
          ${repository.description ?? 'No description.'}
          ${repository.archived && html`<span class="tag warn">Archived</span>`}
          <a href="${addressOf(repository)}/actions">${plural(repository.runs.size, 'workflow run')}</a>
        </p>
      </div>
      ${listOf(repository, { id: 'pulls', title: 'Pull requests', issues: pulls })}
      ${listOf(repository, { id: 'issues', title: 'Issues', issues })}`,
  }
}

export function repositoriesPage(repositories: readonly Repository[]): Page {
  const rows = repositories.map((repository) => {
    const { issues, pulls } = split(repository)
    return html`<div class="row">
      <div>
        <a href="${addressOf(repository)}"><b>${fullName(repository)}</b></a>
        ${repository.private && html`<span class="badge">Private</span>`}
        <p class="muted">${repository.description}</p>
      </div>
      <span class="muted"
        >${plural(openOf(issues), 'open issue')}, ${plural(openOf(pulls), 'open pull request')}</span
      >
    </div>`
  })
  return {
    status: 200,
    title: 'Repositories',
    body: html`<div class="head"><h1>Repositories</h1></div>
      ${rows.length === 0 ? html`<p class="muted">This server has no repository yet.</p>` : html`<div class="box">${rows}</div>`}`,
  }
}
