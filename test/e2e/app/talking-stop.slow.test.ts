// What people stop: a run that is out, a whole repository, a month without money. No run brings anything here.
import { expect, test } from 'vitest'
import { openTalk, type Talk } from './talk.ts'
import { dispatched } from './thread.ts'

/** Takes longer than any test waits. */
const ENDLESS = dispatched(`permissions: {}
jobs:
  run:
    runs-on: ubuntu-latest
    steps:
      - run: sleep 600
`)

async function runs(talk: Talk): Promise<string[]> {
  const { data } = await talk.ana.rest.actions.listWorkflowRunsForRepo({
    ...talk.at,
    event: 'workflow_dispatch',
  })
  return data.workflow_runs.map((run) => run.conclusion ?? run.status ?? '').toReversed()
}

function untilRuns(talk: Talk, wanted: string): Promise<true> {
  return talk.until(
    `runs: ${wanted}`,
    async () => ((await runs(talk)).join() === wanted ? true : undefined),
    90_000,
  )
}

test('/abort and taking the label away cancel the run that is out and end the task; /retry begins anew', async () => {
  const talk = await openTalk({ files: { '.github/workflows/autopilot.yml': ENDLESS } })
  try {
    const issue = await talk.ask()
    await untilRuns(talk, 'in_progress')
    await talk.ana.rest.issues.update({ ...talk.at, issue_number: issue, body: 'Something else.' })
    await talk.hears(issue, 'was edited after it was asked for')
    await talk.comment(issue, '/abort')
    expect(await talk.hears(issue, 'Stopped: aborted by @')).toContain('Begin anew: `/retry`')
    await untilRuns(talk, 'cancelled')
    await talk.comment(issue, '/retry')
    await untilRuns(talk, 'cancelled,in_progress')
    await talk.ana.rest.issues.removeLabel({ ...talk.at, issue_number: issue, name: 'autopilot' })
    await talk.hears(issue, 'Stopped: the label was taken away by @')
    await untilRuns(talk, 'cancelled,cancelled')
    await talk.loopback.settled()
    expect(await talk.pull()).toBeUndefined()
    expect(talk.loopback.oracle.counts().unvalidated).toEqual([])
  } finally {
    await talk.close()
  }
}, 180_000)

test('where the operator has stopped a repository nothing is started, and who asks is told', async () => {
  const talk = await openTalk({ env: { AUTOPILOT_STOPPED: 'acme, ana/widgets' } })
  try {
    const issue = await talk.ask()
    await talk.hears(issue, 'Autopilot is switched off for this repository by the operator')
    await talk.loopback.settled()
    expect(talk.dispatches()).toBe(0)
  } finally {
    await talk.close()
  }
}, 60_000)

test('when the month has no money left it is said once, with what to do, and nothing is started', async () => {
  const talk = await openTalk({ env: { AUTOPILOT_MONEY_MONTH_USD: '0' } })
  try {
    const issue = await talk.ask()
    const notice = 'The money for this month is spent'
    await talk.until('the status and a comment of its own', async () => {
      const said = (await talk.said(issue)).filter((one) => one.includes(notice))
      return said.length === 2 && said.every((one) => one.includes('raise the cap')) ? true : undefined
    })
    await talk.comment(issue, '/retry')
    await talk.loopback.settled()
    expect((await talk.said(issue)).filter((one) => one.includes(notice))).toHaveLength(2)
    expect(talk.dispatches()).toBe(0)
  } finally {
    await talk.close()
  }
}, 60_000)
