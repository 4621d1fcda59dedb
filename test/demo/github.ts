// Owns the demo on a GitHub of its own: label, comment, run, pull request, checks, policy, merge, as people see them.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { layoutTable, type TableRow } from '../../src/report/table.ts'
import { seconds } from '../../src/report/figures.ts'
import { untilInterrupted } from '../temporary-folder.ts'
import { filesBelow, openTheatre, type Theatre } from '../theatre/theatre.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const WORKFLOW = '.github/workflows/autopilot.yml'

export interface GithubDemo {
  /** Folder of the repository's files. */
  repo: string
  /** Markdown: first line is the title. */
  issue: string
  owner: string
  name: string
  /** Its workflow of checks, in `data/`: minimist has no test that needs no dependency, another repository its own. */
  ci: 'ci.yml' | 'ci-own.yml'
  /** Leaves everything up until Ctrl-C. */
  stay: boolean
}

/** `--json FILE` of the demo. Times in milliseconds. */
export interface GithubReport {
  merged: boolean
  issueClosed: boolean
  pull: number | null
  /** Last words of the bot on the issue. */
  status: string
  checks: Record<string, string>
  githubCalls: number
  points: number
  unvalidated: readonly string[]
  timings: Record<string, number>
}

type Say = (line: string) => void

export async function playOnGithub(demo: GithubDemo, say: Say, colour: boolean): Promise<GithubReport> {
  const started = Date.now()
  const text = await readFile(demo.issue, 'utf8')
  const [first = '', ...rest] = text.split('\n')
  const title = first.replace(/^#+\s*/, '').trim()
  const theatre = await openTheatre({
    owner: demo.owner,
    name: demo.name,
    files: { ...(await furniture(demo.ci)), ...(await filesBelow(demo.repo)), ...(await workflow()) },
  })
  const tell = teller(say, started)
  try {
    const { ana, at, loopback } = theatre
    tell('GitHub', `${loopback.origin}/${at.owner}/${at.repo}`)
    const { data: issue } = await ana.rest.issues.create({ ...at, title, body: rest.join('\n').trim() })
    await ana.rest.issues.addLabels({ ...at, issue_number: issue.number, labels: ['autopilot'] })
    tell('label', `@${at.owner} labels #${issue.number} "${title}"`)
    const end = await follow(theatre, issue.number, tell)
    const report = await summarise(theatre, issue.number, end, tell.timings)
    say('')
    say(table(report, colour).join('\n'))
    if (demo.stay) await staying(say, theatre, issue.number, end.pull)
    return report
  } finally {
    await theatre.close()
  }
}

interface Teller {
  (step: string, what: string): void
  timings: Record<string, number>
}

function teller(say: Say, started: number): Teller {
  const timings: Record<string, number> = {}
  const tell = (step: string, what: string): void => {
    timings[step] ??= Date.now() - started
    say(`  ✓ ${step.padEnd(14)} ${what}`)
  }
  return Object.assign(tell, { timings })
}

interface End {
  pull: number | null
  status: string
}

/** Looks at GitHub as a person does, and says what changed, until the bot has nothing more to do. */
async function follow(theatre: Theatre, issue: number, tell: Teller): Promise<End> {
  const { ana, at } = theatre
  const said = new Set<string>()
  const once = (step: string, what: string): void => {
    if (said.has(step)) return
    said.add(step)
    tell(step, what)
  }
  let pull: number | null = null
  return theatre.until(
    'the end of the story',
    async () => {
      const { data: comments } = await ana.rest.issues.listComments({ ...at, issue_number: issue })
      const status = comments.find((one) => one.body?.includes('autopilot:status'))?.body ?? ''
      if (status !== '') once('comment', `${comments[0]?.user?.login ?? ''} answers`)
      const { data: runs } = await ana.rest.actions.listWorkflowRunsForRepo({
        ...at,
        event: 'workflow_dispatch',
      })
      const [run] = runs.workflow_runs
      if (run !== undefined) once('run', `workflow run ${run.run_number} started`)
      if (run?.status === 'completed') once('run ended', run.conclusion ?? '')
      const { data: pulls } = await ana.rest.pulls.list({ ...at, state: 'all' })
      const [found] = pulls
      if (found !== undefined) {
        pull = found.number
        once('pull request', `#${found.number} ${found.title}`)
        const checks = await checksOf(theatre, found.head.sha)
        for (const [name, state] of Object.entries(checks)) {
          if (state !== 'queued' && state !== 'in_progress') once(name, state)
        }
        if (found.merged_at !== null) once('merged', `#${found.number} at ${found.head.sha.slice(0, 7)}`)
      }
      return ended(status) ? { pull, status } : undefined
    },
    170_000,
  )
}

/** Words of the status comment after which nothing more comes by itself. */
function ended(status: string): boolean {
  return /green|none of them red|Autopilot stopped|is missing|was not accepted|Denied by|waits for an answer|A person must|The run (failed|was|took)|is red/i.test(
    status,
  )
}

async function checksOf(theatre: Theatre, sha: string): Promise<Record<string, string>> {
  const { data } = await theatre.ana.rest.checks.listForRef({ ...theatre.at, ref: sha, per_page: 100 })
  return Object.fromEntries(data.check_runs.map((run) => [run.name, run.conclusion ?? run.status]))
}

async function summarise(
  theatre: Theatre,
  number: number,
  end: End,
  timings: Record<string, number>,
): Promise<GithubReport> {
  const { ana, at, loopback } = theatre
  const { data: issue } = await ana.rest.issues.get({ ...at, issue_number: number })
  const pull =
    end.pull === null ? undefined : (await ana.rest.pulls.get({ ...at, pull_number: end.pull })).data
  await theatre.process.stop()
  const counted = /"calls":(\d+),"points":(\d+)/.exec(theatre.process.log())
  return {
    merged: pull?.merged ?? false,
    issueClosed: issue.state === 'closed',
    pull: end.pull,
    status: end.status,
    checks: pull === undefined ? {} : await checksOf(theatre, pull.head.sha),
    githubCalls: Number(counted?.[1] ?? 0),
    points: Number(counted?.[2] ?? 0),
    unvalidated: loopback.oracle.counts().unvalidated,
    timings,
  }
}

function table(report: GithubReport, colour: boolean): string[] {
  const columns = [
    { title: 'step', most: 20 },
    { title: 'after', most: 10, align: 'right' },
    { title: 'state', most: 'rest' },
  ] as const
  const rows = Object.entries(report.timings).map(([step, ms]): TableRow => ({
    cells: [{ text: step }, { text: seconds(ms) }, { text: report.checks[step] ?? '✓' }],
  }))
  const last = report.merged
    ? `merged, issue ${report.issueClosed ? 'closed' : 'open'}`
    : `not merged: ${firstWords(report.status)}`
  return [
    ...layoutTable(columns, rows, { colour }),
    '',
    last,
    `${report.githubCalls} calls to GitHub, ${report.points} points · ${report.unvalidated.length} unvalidated messages`,
  ]
}

/** The first line of a comment as a terminal shows it: without marker, bold and the escapes of Markdown. */
export function firstWords(comment: string): string {
  const shown = comment.replaceAll(/<!--.*?-->|\*\*/g, '').trim()
  return shown.split('\n')[0]?.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1') ?? ''
}

/** A policy under which something can be decided, and a CI; a repository that brings its own keeps them. */
async function furniture(ci: GithubDemo['ci']): Promise<Record<string, string>> {
  const data = (name: string): Promise<string> => readFile(new URL(`data/${name}`, import.meta.url), 'utf8')
  return {
    '.github/workflows/ci.yml': await data(ci),
    '.github/autopilot/policy.yml': await data('policy.yml'),
  }
}

/** The file that people copy, as it is. */
async function workflow(): Promise<Record<string, string>> {
  return { [WORKFLOW]: await readFile(join(ROOT, 'docs/workflows/autopilot-app.yml'), 'utf8') }
}

async function staying(say: Say, theatre: Theatre, issue: number, pull: number | null): Promise<void> {
  const { loopback, at } = theatre
  const page = `${loopback.origin}/${at.owner}/${at.repo}`
  say(`\nissue         ${page}/issues/${issue}`)
  if (pull !== null) say(`pull request  ${page}/pull/${pull}`)
  say('Ctrl-C ends it.')
  await untilInterrupted()
}

export async function writeGithubReport(file: string, report: GithubReport): Promise<void> {
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
}
