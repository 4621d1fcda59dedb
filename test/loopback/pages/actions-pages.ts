// Owns the pages of Actions: the list of workflow runs, and one run with its jobs, logs, summaries and artifacts.
import type { Repository } from '../world/repository.ts'
import type { Artifact, RunAttempt, WorkflowJob, WorkflowRun, WorkflowStep } from '../world/runs.ts'
import { annotationTable } from './annotations.ts'
import { writing } from './comment.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'
import { addressOf } from './layout.ts'
import { logShown } from './log.ts'
import { lasted, plural, shortSha, when, who } from './people.ts'
import type { Ran } from './status.ts'
import { ranBadge, ranSign } from './status.ts'

const NOT_STARTED: Ran = { status: 'queued', conclusion: null }

export function actionsPage(repository: Repository): Page {
  const runs = [...repository.runs.values()].sort((a, b) => b.id - a.id)
  const rows = runs.map((run) => {
    const last = run.attempts.at(-1)
    return html`<tr>
      <td>
        ${ranSign(last ?? NOT_STARTED)}
        <a href="${addressOf(repository)}/actions/runs/${run.id}"><b>${run.title}</b></a>
        <div class="muted small">${run.workflow.name} #${run.number} · ${run.event} by ${who(run.actor)}</div>
      </td>
      <td class="hide-small"><code class="branch">${run.headBranch}</code></td>
      <td class="hide-small muted">
        ${when(run.createdAt)}<br />${lasted(last?.startedAt, last?.status === 'completed' ? last.updatedAt : null)}
      </td>
    </tr>`
  })
  const table = html`<div class="box">
    <table class="list">
      <caption class="unseen">
        Workflow runs, newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col" class="hide-small">Branch</th>
          <th scope="col" class="hide-small">Started</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
  return {
    status: 200,
    title: `Actions · ${repository.owner.login}/${repository.name}`,
    repository,
    body: html`<div class="head">
        <h1>Actions</h1>
        <p class="muted">${plural(runs.length, 'workflow run')}</p>
      </div>
      ${runs.length === 0 ? html`<p class="muted">No workflow has run in this repository.</p>` : table}`,
  }
}

function stepRow(step: WorkflowStep): Html {
  return html`<tr>
    <td>${ranSign(step)} ${step.name}</td>
    <td class="time muted">${lasted(step.startedAt, step.completedAt)}</td>
  </tr>`
}

function jobBox(repository: Repository, job: WorkflowJob): Html {
  const checkRun = repository.checkRuns.get(job.checkRun)
  const failed = job.conclusion === 'failure'
  return html`<section class="box" id="job-${job.id}" aria-labelledby="job-title-${job.id}">
    <header>
      ${ranSign(job)}
      <h2 id="job-title-${job.id}">${job.name}</h2>
      ${ranBadge(job)} <span class="end muted small">${lasted(job.startedAt, job.completedAt)}</span>
    </header>
    ${checkRun !== undefined && annotationTable(checkRun)}
    ${
      job.steps.length === 0
        ? html`<p class="inside muted">No step has begun.</p>`
        : html`<table class="list">
            <caption class="unseen">
              Steps of ${job.name}
            </caption>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col" class="time">Time</th>
              </tr>
            </thead>
            <tbody>
              ${job.steps.map(stepRow)}
            </tbody>
          </table>`
    }
    <details class="job-log" ${failed && html` open`}>
      <summary>Log</summary>
      ${logShown(job.log)}
    </details>
  </section>`
}

/** What its steps wrote to GITHUB_STEP_SUMMARY; source: docs.github.com, "Adding a job summary". */
function summaryBoxes(repository: Repository, jobs: readonly WorkflowJob[]): Html[] {
  return jobs.flatMap((job) => {
    const text = job.steps.flatMap(({ summary }) => (summary === undefined ? [] : [summary])).join('\n\n')
    if (text === '') return []
    return [
      html`<section class="box" aria-label="Summary of ${job.name}">
        <header><h2>${job.name} summary</h2></header>
        <div class="inside">${writing(repository, text, false)}</div>
      </section>`,
    ]
  })
}

function sizeOf(bytes: number): string {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1_048_576
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1_048_576).toFixed(1)} MB`
}

function artifactTable(artifacts: readonly Artifact[]): Html | false {
  if (artifacts.length === 0) return false
  const rows = artifacts.map(
    (artifact) =>
      html`<tr>
        <td><b>${artifact.name}</b></td>
        <td>${sizeOf(artifact.bytes.length)}</td>
        <td>
          <code>${artifact.digest}</code> ${artifact.expired && html`<span class="tag quiet">expired</span>`}
        </td>
      </tr>`,
  )
  return html`<section class="box" aria-label="Artifacts">
    <header><h2>Artifacts</h2></header>
    <table class="list">
      <caption class="unseen">
        Artifacts
      </caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Size</th>
          <th scope="col">Digest</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`
}

function factsOf(repository: Repository, run: WorkflowRun, attempt: RunAttempt | undefined): Html {
  const address = addressOf(repository)
  const pulls = run.pulls.map((number) => html`<a href="${address}/pull/${number}">#${number}</a> `)
  const facts: [string, Html | string | undefined][] = [
    ['Event', run.event],
    ['Branch', html`<code class="branch">${run.headBranch}</code> ${shortSha(run.headSha)}`],
    ['By', who(attempt?.actor ?? run.actor)],
    ['Started', when(attempt?.startedAt ?? run.createdAt)],
    ['Duration', lasted(attempt?.startedAt, attempt?.status === 'completed' ? attempt.updatedAt : null)],
    ['Pull requests', pulls.length === 0 ? undefined : html`${pulls}`],
    ...Object.entries(run.inputs).map(([name, value]): [string, string] => [`Input ${name}`, value]),
  ]
  const shown = facts.map(
    ([name, value]) =>
      value !== undefined &&
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`,
  )
  return html`<section class="box" aria-label="About this run">
    <div class="inside"><dl class="facts">${shown}</dl></div>
  </section>`
}

/** `wanted` is the number of an attempt; the newest without it. undefined where there is no such attempt. */
export function runPage(
  repository: Repository,
  run: WorkflowRun,
  wanted: number | undefined,
): Page | undefined {
  const attempt =
    wanted === undefined ? run.attempts.at(-1) : run.attempts.find((one) => one.attempt === wanted)
  if (wanted !== undefined && attempt === undefined) return undefined
  const jobs = attempt?.jobs ?? []
  const address = `${addressOf(repository)}/actions/runs/${run.id}`
  const artifacts = [...repository.artifacts.values()].filter((artifact) => artifact.run === run.id)
  const list = jobs.map((job) => html`<li>${ranSign(job)} <a href="#job-${job.id}">${job.name}</a></li>`)
  const attempts = run.attempts.map((one) => {
    const here = one === attempt
    return html`<li>
      ${ranSign(one)}
      <a href="${address}/attempts/${one.attempt}" ${here && html` aria-current="page"`}
        >Attempt ${one.attempt}</a
      >
    </li>`
  })
  const state = attempt ?? NOT_STARTED
  return {
    status: 200,
    title: `${run.title} · ${run.workflow.name} #${run.number}`,
    repository,
    body: html`<div class="head">
        <h1>${run.title} <span class="number">#${run.number}</span></h1>
        <p>
          ${ranSign(state)} ${ranBadge(state)}
          <span class="muted">${run.workflow.name} · <code>${run.workflow.path}</code></span>
        </p>
      </div>
      ${
        run.awaitsApproval &&
        html`<section class="box merge busy">
          <header><h2>Waits for approval</h2></header>
          <div class="row"><div>Someone with write access must approve this run.</div></div>
        </section>`
      }
      <div class="columns left">
        <nav class="side" aria-label="Jobs">
          <section>
            <h2>Jobs</h2>
            <ul class="plain">
              ${list}
            </ul>
          </section>
          ${
            run.attempts.length > 1 &&
            html`<section>
              <h2>Attempts</h2>
              <ul class="plain">
                ${attempts}
              </ul>
            </section>`
          }
        </nav>
        <div>
          ${factsOf(repository, run, attempt)}${jobs.map((job) => jobBox(repository, job))}${summaryBoxes(repository, jobs)}${artifactTable(artifacts)}
        </div>
      </div>`,
  }
}
