// Owns what tests of the GitHub adapter begin with: a loopback GitHub, the App installed on a repository, and its forge.
import { expect } from 'vitest'
import { githubApp } from '../../../src/adapters/github/app.ts'
import { ForgeError } from '../../../src/adapters/github/forge-error.ts'
import type { CallLine } from '../../../src/adapters/github/octokit.ts'
import { PERMISSIONS } from '../../../src/adapters/github/operations.ts'
import type { Sha } from '../../../src/contracts/base.ts'
import type { ChangeSet } from '../../../src/contracts/change-set.ts'
import type { RepoRef } from '../../../src/contracts/envelope.ts'
import type { Clock } from '../../../src/ports.ts'
import type { Forge, ForgeApp } from '../../../src/ports/forge.ts'
import type { RequestFault } from '../../loopback/faults/faults.ts'
import type { NewRepository } from '../../loopback/furnish/repositories.ts'
import type { LoopbackOptions } from '../../loopback/loopback.ts'
import type { Acme } from '../../loopback/pulls-fixture.ts'
import { openAcme } from '../../loopback/pulls-fixture.ts'
import type { App, Installation } from '../../loopback/world/accounts.ts'
import { changeOn } from './change.ts'
import type { Edits, Image } from './change.ts'

/** Real time plus what a test let pass; nobody waits. */
export interface TestClock extends Clock {
  pass(ms: number): void
  slept: number[]
}

/** `meanwhile`: what happens while somebody sleeps. */
export function makeTestClock(meanwhile: () => Promise<void> = async () => {}): TestClock {
  let ahead = 0
  const slept: number[] = []
  return {
    now: () => new Date(Date.now() + ahead),
    monotonic: () => performance.now() + ahead,
    async sleep(ms) {
      slept.push(ms)
      await meanwhile()
    },
    pass(ms) {
      ahead += ms
    },
    slept,
  }
}

/** The `app` and `bot` of Acme are somebody else's App, with more rights than ours. */
export interface Stage extends Acme {
  github: ForgeApp
  forge: Forge
  own: App
  privateKey: string
  installation: Installation
  ref: RepoRef
  clock: TestClock
  calls: CallLine[]
  main(): Promise<Sha>
  filesAt(commit: Sha): Promise<Map<string, Image>>
  change(base: Sha, edits: Edits): Promise<ChangeSet>
  /** Which operations were asked for while `work` went on, and how often. */
  counted(work: () => Promise<unknown>): Promise<Record<string, number>>
  strike(on: string, fault: RequestFault, times?: number): void
  /** A branch of ours with one change, and its pull request. */
  proposed(branch?: string, more?: { draft?: boolean }): Promise<{ number: number; head: Sha; node: string }>
}

export async function openStage(
  wanted: Partial<NewRepository> & {
    permissions?: Readonly<Record<string, 'read' | 'write'>>
    loopback?: LoopbackOptions
  } = {},
): Promise<Stage> {
  const { permissions = PERMISSIONS, loopback: options = {}, ...repositoryWanted } = wanted
  const acme = await openAcme(repositoryWanted, options)
  const { loopback, repository } = acme
  const { app: own, privateKey } = loopback.app({ slug: 'autopilot', permissions, events: [] })
  const installation = loopback.install(own, 'acme')
  const clock = makeTestClock(() => loopback.settled())
  const calls: CallLine[] = []
  const github = githubApp({
    appId: own.id,
    privateKey,
    baseUrl: loopback.api,
    clock,
    log: (line) => calls.push(line),
  })
  const ref: RepoRef = { id: repository.id, owner: 'acme', name: 'widgets' }
  const forge = github.forge(installation.id, ref)

  async function filesAt(commit: Sha): Promise<Map<string, Image>> {
    const found = await repository.git.tree(commit, { recursive: true })
    const blobs = (found?.entries ?? []).filter(({ type }) => type !== 'tree')
    return new Map(blobs.map(({ path, mode, sha }) => [path, { mode, oid: sha }]))
  }
  const main = async () => (await repository.git.resolve('refs/heads/main')) ?? ''
  const change = async (base: Sha, edits: Edits) => changeOn(base, await filesAt(base), edits)

  return {
    ...acme,
    github,
    forge,
    own,
    privateKey,
    installation,
    ref,
    clock,
    calls,
    main,
    filesAt,
    change,
    async counted(work) {
      const before = loopback.oracle.operations()
      await work()
      const after = Object.entries(loopback.oracle.operations())
      return Object.fromEntries(
        after.map(([name, count]) => [name, count - (before[name] ?? 0)]).filter(([, count]) => count !== 0),
      )
    },
    strike: (on, fault, times = 1) => loopback.faults.add({ on, fault, times }),
    async proposed(branch = 'autopilot/t-1', { draft = false } = {}) {
      const parent = await main()
      const put = await forge.writer.putBranch({
        branch,
        parent,
        expectedHead: null,
        changes: await change(parent, { 'src/sum.js': 'one\ntwo\nthree\nfour\nfive\nsix\n' }),
        message: `Change of ${branch}`,
      })
      if (put.result !== 'created') throw new Error(`the branch was not made: ${JSON.stringify(put)}`)
      const asked = { branch, base: 'main', title: 'Sum adds', body: 'Closes #1', draft }
      const made = await forge.writer.putPull(asked)
      if (made.result === 'refused') throw new Error(made.reason)
      return { number: made.pull.number, head: put.head, node: made.pull.node }
    },
  }
}

/** What GitHub failed with. */
export async function failureOf(work: Promise<unknown>): Promise<ForgeError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ForgeError)
  return error as ForgeError
}
