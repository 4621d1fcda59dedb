// Owns the stage on which the tests of issues and repositories play: an organization, people of each role, an App.
import type { Octokit } from '@octokit/rest'
import { expect } from 'vitest'
import type { Arena } from '../arena.ts'
import { openArena } from '../arena.ts'
import type { Installation } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'

export const at = { owner: 'acme', repo: 'widgets' } as const

/** owner of the organization, collaborators with write and triage, member of the organization, stranger */
const PEOPLE = ['olga', 'wes', 'tess', 'rita', 'eve'] as const

export interface Stage extends Arena {
  readonly repository: Repository
  readonly people: Readonly<Record<(typeof PEOPLE)[number], Octokit>>
  readonly anyone: Octokit
  /** the App with every permission of these tests */
  readonly bot: Octokit
  readonly installation: Installation
  /** An App with other permissions, installed on the organization. */
  appWith(permissions: Readonly<Record<string, 'read' | 'write'>>): Octokit
  /** What has happened since the last asking, in its order. */
  happened(): string[]
  /** The payload of the last webhook of this name. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into payloads of every event
  told(name: string): Promise<any>
}

export async function openStage(wanted: { private?: boolean } = {}): Promise<Stage> {
  const arena = await openArena()
  const { loopback } = arena
  const tokens = Object.fromEntries(PEOPLE.map((login) => [login, loopback.user(login).token]))
  loopback.organization('acme', { olga: 'admin', rita: 'member' })
  const repository = await loopback.repository({
    ...wanted,
    owner: 'acme',
    name: 'widgets',
    files: { 'README.md': '# widgets\n', 'src/sum.ts': 'export const sum = 1\n', 'run.sh': 'true\n' },
    collaborators: { wes: 'write', tess: 'triage' },
  })
  const made = arena.app({
    slug: 'tool',
    permissions: {
      issues: 'write',
      pull_requests: 'write',
      contents: 'write',
      administration: 'write',
      members: 'read',
    },
    events: ['issues', 'issue_comment', 'label', 'member', 'pull_request', 'repository'],
  })
  const installation = loopback.install(made.app, 'acme')
  let names: string[] = []
  loopback.forge.listen(({ name, action }) => names.push(action === undefined ? name : `${name}.${action}`))
  return {
    ...arena,
    repository,
    people: Object.fromEntries(
      PEOPLE.map((login) => [login, arena.octokit(tokens[login])]),
    ) as Stage['people'],
    anyone: arena.octokit(),
    bot: arena.installed(made.app, made.privateKey, installation.id),
    installation,
    appWith(permissions) {
      const other = arena.app({
        slug: `app-${arena.hooks.length}-${Object.keys(permissions).join('-')}`,
        permissions,
        events: [],
      })
      return arena.installed(other.app, other.privateKey, loopback.install(other.app, 'acme').id)
    },
    happened() {
      const all = names
      names = []
      return all
    },
    async told(name) {
      await arena.heard()
      const found = arena.hooks.filter(({ event, action }) => `${event}.${action}` === name).at(-1)
      expect(found, `a webhook ${name}`).toBeDefined()
      return found?.payload
    },
  }
}

/** The status with which a request is refused; 0 where it is not. */
export async function statusOf(work: Promise<unknown>): Promise<number> {
  return work.then(
    () => 0,
    (error: { status?: number }) => error.status ?? -1,
  )
}
