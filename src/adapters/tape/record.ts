// Owns decorators that let the real ports work and put every answer on a tape.
import { digestOfJson } from '../../contracts/canonical.ts'
import type { Clock, Exec, Git, Ids, Sandbox, Workspace } from '../../ports.ts'
import type { Tape } from './tape.ts'

export function recordClock(clock: Clock, tape: Tape): Clock {
  return {
    ...clock,
    now() {
      const now = clock.now()
      tape.put('clock.now', now)
      return now
    },
  }
}

export function recordIds(ids: Ids, tape: Tape): Ids {
  return {
    next(kind) {
      const id = ids.next(kind)
      tape.put(`ids.${kind}`, id)
      return id
    },
  }
}

export function recordGit(git: Git, tape: Tape): Git {
  return {
    head: kept(
      tape,
      () => 'git.head',
      () => git.head(),
    ),
    tree: kept(
      tape,
      (commit) => `git.tree ${commit}`,
      (commit) => git.tree(commit),
    ),
    readFile: kept(
      tape,
      (path, commit) => `git.readFile ${commit} ${path}`,
      (path, commit) => git.readFile(path, commit),
    ),
    subjects: kept(
      tape,
      (commit, limit) => `git.subjects ${commit} ${limit}`,
      (commit, limit) => git.subjects(commit, limit),
    ),
    writeTree: kept(
      tape,
      (changes) => `git.writeTree ${digestOfJson(changes)}`,
      (changes) => git.writeTree(changes),
    ),
    diff: kept(
      tape,
      (changes) => `git.diff ${digestOfJson(changes)}`,
      (changes) => git.diff(changes),
    ),
    putBranch: kept(
      tape,
      (x) => `git.putBranch ${digestOfJson(x)}`,
      (x) => git.putBranch(x),
    ),
  }
}

export function recordSandbox(sandbox: Sandbox, tape: Tape): Sandbox {
  tape.put('sandbox.facts', {
    level: sandbox.level,
    limitsBy: sandbox.limitsBy,
    uidDropped: sandbox.uidDropped,
  })
  return {
    level: sandbox.level,
    limitsBy: sandbox.limitsBy,
    uidDropped: sandbox.uidDropped,
    close: () => sandbox.close(),
    async workspace(x) {
      return recordWorkspace(await sandbox.workspace(x), `workspace ${x.purpose} ${subjectOf(x)}`, tape)
    },
    install: kept(
      tape,
      (x, _signal) => `sandbox.install ${x.plan.key} ${subjectOf(x)}`,
      (x, signal) => sandbox.install(x, signal),
    ),
  }
}

/** The same names on both sides of the tape: a workspace is told by its purpose and what it holds. */
export function subjectOf(x: { base: string; changes?: { tree: string } }): string {
  return `${x.base}+${x.changes?.tree ?? ''}`
}

function recordWorkspace(workspace: Workspace, name: string, tape: Tape): Workspace {
  return {
    exec(command, signal) {
      const exec = workspace.exec(command, signal)
      const stdout = new Tee(exec.stdout)
      const stderr = new Tee(exec.stderr)
      const result = exec.result.then(async (answer) => {
        const kept = { stdout: await stdout.bytes(), stderr: await stderr.bytes(), result: answer }
        tape.put(`${name} exec ${digestOfJson(command)}`, kept)
        return answer
      })
      return { stdout, stderr, result } satisfies Exec
    },
    read: kept(
      tape,
      (path, _max) => `${name} read ${path}`,
      (path, max) => workspace.read(path, max),
    ),
    list: kept(
      tape,
      (folder, _limit) => `${name} list ${folder}`,
      (folder, limit) => workspace.list(folder, limit),
    ),
    changes: kept(
      tape,
      () => `${name} changes`,
      () => workspace.changes(),
    ),
    close: () => workspace.close(),
  }
}

/** Reads a stream once and gives it to the caller and to the tape. */
class Tee implements AsyncIterable<Uint8Array> {
  readonly #all: Promise<Uint8Array[]>
  constructor(source: AsyncIterable<Uint8Array>) {
    this.#all = Array.fromAsync(source)
  }
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    yield* await this.#all
  }
  async bytes(): Promise<Uint8Array> {
    return Buffer.concat(await this.#all)
  }
}

function kept<A extends unknown[], T>(
  tape: Tape,
  key: (...args: A) => string,
  call: (...args: A) => Promise<T>,
) {
  return async (...args: A): Promise<T> => {
    const answer = await call(...args)
    tape.put(key(...args), answer)
    return answer
  }
}
