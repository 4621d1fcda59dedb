// Owns how check runs are shown: on the checks tab by App and suite, and one alone.
import type { CheckRun, CheckSuite, CommitStatus } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { annotationTable } from './annotations.ts'
import { checksOf } from './checks-of.ts'
import { writing } from './comment.ts'
import type { Html } from './html.ts'
import { html, outsideLink } from './html.ts'
import type { Page } from './layout.ts'
import { tally } from './merge-box.ts'
import { lasted, plural, shortSha, when, who } from './people.ts'
import type { PullFacts } from './pull-facts.ts'
import { pullTab } from './pull-page.ts'
import { ranBadge, ranSign, statusSign } from './status.ts'

function timesOf(run: CheckRun): Html {
  const time = lasted(run.startedAt, run.completedAt)
  if (run.completedAt !== null)
    return html`completed ${when(run.completedAt)}${time !== undefined && ` in ${time}`}`
  return run.startedAt === null ? html`created ${when(run.createdAt)}` : html`started ${when(run.startedAt)}`
}

export function runBox(repository: Repository, run: CheckRun): Html {
  const { title, summary, text } = run.output
  const details = outsideLink(run.detailsUrl)
  const said = [summary, text].filter((part) => part !== null && part !== '')
  const buttons = run.actions.map(
    ({ label, description }) =>
      html`<li><span class="tag quiet">${label}</span> <span class="muted">${description}</span></li>`,
  )
  return html`<article class="box" id="run-${run.id}">
    <header>
      ${ranSign(run)}
      <h3>${run.name}</h3>
      ${ranBadge(run)}
      <span class="muted small">${timesOf(run)}</span
      >${details !== undefined && html`<a class="end" href="${details}" rel="nofollow">Details</a>`}
    </header>
    <div class="inside">
      ${title !== null && html`<h4 class="title">${title}</h4>`}
      ${said.map((part) => writing(repository, part, false))}
      ${title === null && said.length === 0 && html`<p class="muted">This run has written no output.</p>`}
      ${
        buttons.length > 0 &&
        html`<p class="muted">Asks for a decision:</p>
          <ul class="plain">
            ${buttons}
          </ul>`
      }
    </div>
    ${annotationTable(run)}
  </article>`
}

function suiteBoxes(
  repository: Repository,
  suites: readonly CheckSuite[],
  runs: readonly CheckRun[],
): Html[] {
  const apps = [...new Map(suites.map((suite) => [suite.app.id, suite.app])).values()]
  return apps.map((app) => {
    const own = suites.filter((suite) => suite.app.id === app.id)
    const groups = own.map((suite) => {
      const shown = runs.filter((run) => run.suite === suite.id)
      const run = suite.run === undefined ? undefined : repository.runs.get(suite.run)
      return html`${run !== undefined && html`<p class="muted">Workflow <a href="/${repository.owner.login}/${repository.name}/actions/runs/${run.id}">${run.workflow.name} #${run.number}</a></p>`}
      ${shown.map((one) => runBox(repository, one))}
      ${shown.length === 0 && html`<p class="muted">Check suite ${suite.id} has no runs yet.</p>`}`
    })
    return html`<section class="app" aria-label="Checks of ${app.name}">
      <h2>
        ${app.name} <span class="badge">App</span>
        <span class="muted small">${plural(own.length, 'suite')}</span>
      </h2>
      ${groups}
    </section>`
  })
}

function statusTable(statuses: readonly CommitStatus[]): Html | false {
  if (statuses.length === 0) return false
  const rows = statuses.map((status) => {
    const link = status.targetUrl === null ? undefined : outsideLink(status.targetUrl)
    return html`<tr>
      <td>${statusSign(status.state)} <b>${status.context}</b></td>
      <td>
        ${status.description} ${link !== undefined && html`<a href="${link}" rel="nofollow">Details</a>`}
      </td>
      <td>${who(status.creator)}</td>
    </tr>`
  })
  return html`<section class="app" id="statuses">
    <h2>Commit statuses</h2>
    <div class="box">
      <table class="list">
        <caption class="unseen">
          Commit statuses
        </caption>
        <thead>
          <tr>
            <th scope="col">Context</th>
            <th scope="col">Description</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`
}

export function checksPage(facts: PullFacts): Page {
  const { repository, head } = facts
  const checks = checksOf(repository, head)
  const { suites, runs, earlier, statuses } = checks
  if (suites.length + runs.length + statuses.length === 0) {
    return pullTab(
      facts,
      'checks',
      html`<p class="muted">No checks were reported for ${head !== undefined && shortSha(head)}.</p>`,
    )
  }
  const list = runs.map((run) => html`<li>${ranSign(run)} <a href="#run-${run.id}">${run.name}</a></li>`)
  const past = earlier.map((run) => runBox(repository, run))
  return pullTab(
    facts,
    'checks',
    html`<div class="columns left">
      <nav class="side" aria-label="Check runs">
        <section>
          <h2>Checks of ${head !== undefined && shortSha(head)}</h2>
          <p class="muted">${tally(checks)}</p>
          <ul class="plain">
            ${list}
          </ul>
          ${statuses.length > 0 && html`<p><a href="#statuses">${plural(statuses.length, 'commit status', 'commit statuses')}</a></p>`}
        </section>
      </nav>
      <div>
        ${suiteBoxes(repository, suites, runs)}${statusTable(statuses)}
        ${
          past.length > 0 &&
          html`<details class="earlier">
            <summary>${plural(past.length, 'earlier run')} of the same names</summary>
            ${past}
          </details>`
        }
      </div>
    </div>`,
  )
}

/** The page that a check run's `html_url` names. */
export function checkRunPage(repository: Repository, run: CheckRun): Page {
  return {
    status: 200,
    title: `${run.name} · Check run`,
    repository,
    body: html`<div class="head">
        <h1>${run.name}</h1>
        <p class="muted">Check run of ${run.app.name} for ${shortSha(run.headSha)}</p>
      </div>
      ${runBox(repository, run)}`,
  }
}
