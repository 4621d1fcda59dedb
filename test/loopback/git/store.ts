// Owns the folder of bare repositories that is the only truth of the loopback GitHub.
import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RepositoryContext } from './context.ts'
import { makeLock } from './lock.ts'
import { isRefName, repositoryKey } from './names.ts'
import { makeObjectReader } from './object-reader.ts'
import { askOnce } from './once.ts'
import { GitFailure, makeProcesses, outputOf } from './processes.ts'
import type { GitChild } from './processes.ts'
import { makeRefWriter } from './ref-writer.ts'
import { HOOKS_FOLDER } from './push-rules.ts'
import { makeRepository } from './repository.ts'
import type { GitRepository } from './repository.ts'

export interface GitStore {
  create(fullName: string, options?: { defaultBranch?: string }): Promise<GitRepository>
  /** Names are compared without case; undefined when there is no such repository. */
  get(fullName: string): GitRepository | undefined
  /** The repository that was got before stays usable under its new name. */
  rename(from: string, to: string): Promise<GitRepository>
  /** A full copy: branches and tags, not the refs of pull requests. */
  fork(from: string, to: string): Promise<GitRepository>
  remove(fullName: string): Promise<void>
  /** For smart HTTP: a git process with these repositories as its project root. */
  backend(env: Readonly<Record<string, string>>): GitChild
  /** Ends every process that the store started. */
  close(): Promise<void>
}

/** In the repository itself, so that any git that opens it behaves alike. */
const CONFIG = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	logAllRefUpdates = false
[gc]
	auto = 0
[http]
	receivepack = true
[receive]
	autogc = false
	fsckObjects = true
	hideRefs = refs/pull
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
`

export function openGitStore(folder: string, { idleMs = 10_000 } = {}): GitStore {
  const root = join(folder, 'repositories')
  const processes = makeProcesses()
  const opened = new Map<string, Opened>()

  interface Opened {
    repository: GitRepository
    context: RepositoryContext
    name: string
    folder: string
  }

  const placeOf = (fullName: string): { key: string; folder: string } => {
    const key = repositoryKey(fullName)
    if (key === undefined) throw new GitFailure(`"${fullName}" is no repository name: give owner/name`)
    return { key, folder: join(root, `${key}.git`) }
  }

  function open(fullName: string): Opened {
    const { key, folder } = placeOf(fullName)
    const once = askOnce((args) => processes.ask(one.folder, args))
    const context: RepositoryContext = {
      folder: () => one.folder,
      askOnce: once,
      runOnce: async (args) => outputOf(args, await once(args), one.folder),
      ask: (args, input) => processes.ask(one.folder, args, input),
      run: (args, input) => processes.run(one.folder, args, input),
      reader: makeObjectReader(
        () => processes.start(['cat-file', '--batch-command'], { GIT_DIR: one.folder }),
        idleMs,
      ),
      refWriter: makeRefWriter(
        () => processes.start(['update-ref', '--stdin'], { GIT_DIR: one.folder }),
        idleMs,
      ),
      exclusive: makeLock(),
    }
    const one: Opened = {
      context,
      name: fullName,
      folder,
      repository: makeRepository(context, () => one.name),
    }
    opened.set(key, one)
    return one
  }

  function find(fullName: string): Opened | undefined {
    const key = repositoryKey(fullName)
    if (key === undefined) return undefined
    const known = opened.get(key)
    if (known !== undefined) return known
    return existsSync(join(root, `${key}.git`, 'HEAD')) ? open(fullName) : undefined
  }

  function demand(fullName: string): Opened {
    const found = find(fullName)
    if (found === undefined) throw new GitFailure(`there is no repository ${fullName}`)
    return found
  }

  async function free(fullName: string): Promise<{ key: string; folder: string }> {
    if (find(fullName) !== undefined) throw new GitFailure(`there is already a repository ${fullName}`)
    const place = placeOf(fullName)
    await mkdir(dirname(place.folder), { recursive: true })
    return place
  }

  async function create(fullName: string, defaultBranch: string): Promise<GitRepository> {
    const { folder } = await free(fullName)
    if (!isRefName(`refs/heads/${defaultBranch}`))
      throw new GitFailure(`"${defaultBranch}" is no branch name`)
    for (const part of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags']) {
      await mkdir(join(folder, part), { recursive: true })
    }
    await writeFile(join(folder, 'config'), CONFIG)
    await writeFile(join(folder, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`)
    return open(fullName).repository
  }

  return {
    create: (fullName, { defaultBranch = 'main' } = {}) => create(fullName, defaultBranch),
    get: (fullName) => find(fullName)?.repository,
    async rename(from, to) {
      const one = demand(from)
      const sameKey = repositoryKey(from) === repositoryKey(to)
      const place = sameKey ? placeOf(to) : await free(to)
      await one.context.exclusive(async () => {
        await one.context.reader.stop()
        await one.context.refWriter.stop()
        await rename(one.folder, place.folder)
        opened.delete(repositoryKey(from) ?? '')
        opened.set(place.key, one)
        one.folder = place.folder
        one.name = to
      })
      return one.repository
    },
    async fork(from, to) {
      const parent = demand(from)
      const child = await create(to, await parent.repository.defaultBranch())
      await parent.context.exclusive(async () => {
        await cp(join(parent.folder, 'objects'), join(child.folder(), 'objects'), { recursive: true })
        const refs = await parent.repository.refs('refs/')
        const copied = refs.filter(({ name }) => /^refs\/(?:heads|tags)\//.test(name))
        const lines = copied.map(({ name, sha }) => `create ${name} ${sha}\n`)
        await processes.run(child.folder(), ['update-ref', '--stdin'], lines.join(''))
      })
      return child
    },
    async remove(fullName) {
      const one = demand(fullName)
      await one.context.exclusive(async () => {
        await one.context.reader.stop()
        await one.context.refWriter.stop()
        opened.delete(repositoryKey(fullName) ?? '')
        await rm(one.folder, { recursive: true, force: true })
        const owner = dirname(one.folder)
        if ((await readdir(owner)).length === 0) await rm(owner, { recursive: true })
      })
    },
    backend: (env) =>
      processes.start(['-c', `core.hooksPath=${HOOKS_FOLDER}`, 'http-backend'], {
        ...env,
        GIT_PROJECT_ROOT: root,
      }),
    close: () => processes.close(),
  }
}
