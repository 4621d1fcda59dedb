// Owns what the tests of Actions begin with: a repository with workflows, people, a clone to push from, and a doorbell
// that a step can ring.
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Octokit } from '@octokit/rest'
import { onTestFinished } from 'vitest'
import type { Arena } from '../arena.ts'
import { openArena } from '../arena.ts'
import type { NewRepository } from '../furnish/repositories.ts'
import { git, temporaryFolder, writeFiles } from '../git/fixture.ts'
import type { RunnerSettings } from '../runner/settings.ts'
import type { Account } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import type { WorkflowJob, WorkflowRun } from '../world/runs.ts'

export const at = { owner: 'acme', repo: 'widgets' } as const
const FOLDER = '.github/workflows'
/** Quicker than GitHub's, so that a test of a cancelled step does not take its time. */
const QUICK = { cancellation: { interrupt: 300, terminate: 300, drain: 300, force: 60_000 } }

export interface ActionsStage extends Arena {
  readonly repository: Repository
  /** owns the organization */
  readonly ana: Octokit
  /** may write */
  readonly wes: Octokit
  readonly wesAccount: Account
  /** no member of anything */
  readonly eve: Octokit
  readonly eveAccount: Account
  /** Commits files (text by path) with git and pushes them; the commit. */
  push(files: Readonly<Record<string, string>>, more?: { message?: string; branch?: string }): Promise<string>
  /** Until all that was started is over; the newest run of the workflow's file. */
  over(file?: string): Promise<WorkflowRun>
  /** The newest run of the workflow's file. */
  run(file?: string): WorkflowRun
  /** The newest job of that name. */
  job(name: string): WorkflowJob
  /** A line of shell that rings, and what resolves when it did. */
  bell(): Promise<{ readonly ring: string; readonly rung: Promise<unknown> }>
}

/** Workflow texts by file name. */
export type Workflows = Readonly<Record<string, string>>

export const workflowPaths = (workflows: Workflows) =>
  Object.fromEntries(Object.entries(workflows).map(([name, text]) => [`${FOLDER}/${name}`, text]))

export async function openActions(
  workflows: Workflows,
  more: Partial<NewRepository> & { readonly runner?: Partial<RunnerSettings> } = {},
): Promise<ActionsStage> {
  const { runner, ...wanted } = more
  const arena = await openArena({
    limits: { pointsPerMinute: 1e6, contentsPerMinute: 1e6 },
    actions: { ...QUICK, ...runner },
  })
  const { loopback } = arena
  const [ana, wes, eve] = [loopback.user('ana'), loopback.user('wes'), loopback.user('eve')]
  loopback.organization('acme', { ana: 'admin' })
  const repository = await loopback.repository({
    owner: 'acme',
    name: 'widgets',
    collaborators: { wes: 'write' },
    ...wanted,
    files: { 'README.md': '# widgets\n', ...workflowPaths(workflows), ...wanted.files },
  })
  let clone: string | undefined

  async function cloned(): Promise<string> {
    if (clone !== undefined) return clone
    clone = `${await temporaryFolder()}/clone`
    const address = new URL(`${loopback.origin}/acme/widgets.git`)
    Object.assign(address, { username: 'x-access-token', password: wes.token })
    await git('/', 'clone', '-q', address.href, clone)
    return clone
  }

  const runs = () => [...repository.runs.values()]
  const newest = (file = Object.keys(workflows)[0] ?? '') => {
    const found = runs().findLast(({ workflow }) => workflow.path === `${FOLDER}/${file}`)
    if (found === undefined) throw new Error(`no run of ${file}`)
    return found
  }

  return {
    ...arena,
    repository,
    ana: arena.octokit(ana.token),
    wes: arena.octokit(wes.token),
    wesAccount: wes.account,
    eve: arena.octokit(eve.token),
    eveAccount: eve.account,
    async push(files, { message = 'A change', branch = 'main' } = {}) {
      const folder = await cloned()
      const known = await git(folder, 'branch', '--list', branch)
      await git(folder, ...(known === '' ? ['checkout', '-q', '-b', branch] : ['checkout', '-q', branch]))
      await writeFiles(folder, { ...files })
      await git(folder, 'add', '-A')
      await git(folder, '-c', 'user.email=wes@example.test', 'commit', '-q', '--allow-empty', '-m', message)
      await git(folder, 'push', '-q', 'origin', branch)
      return git(folder, 'rev-parse', 'HEAD')
    },
    async over(file) {
      await loopback.settled()
      return newest(file)
    },
    run: newest,
    job(name) {
      const jobs = runs().flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.jobs))
      const found = jobs.findLast((job) => job.name === name)
      if (found === undefined) throw new Error(`no job ${name} among ${jobs.map((job) => job.name).join()}`)
      return found
    },
    async bell() {
      const server = createServer((socket) => socket.destroy())
      const rung = once(server, 'connection')
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      onTestFinished(() => {
        server.close()
      })
      const { port } = server.address() as AddressInfo
      return { ring: `exec 9<>/dev/tcp/127.0.0.1/${port}`, rung }
    },
  }
}

/** One workflow of one job. */
export function workflow(on: string, steps: string, more = ''): string {
  return `on: ${on}
${more}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
${steps.trim().replace(/^/gm, '      ')}
`
}

/** Conclusions of a run's jobs by name, of its newest attempt. */
export const conclusions = (run: WorkflowRun) =>
  Object.fromEntries((run.attempts.at(-1)?.jobs ?? []).map(({ name, conclusion }) => [name, conclusion]))

export const outcome = (run: WorkflowRun) => {
  const { attempt, status, conclusion } = run.attempts.at(-1) ?? {}
  return { attempt, status, conclusion }
}
