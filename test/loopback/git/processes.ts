// Owns every git process of a store: a closed environment, no shell, and none left after close.
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { askGit } from './starter.ts'
import type { Asked } from './starter.ts'

/** Broken git, a broken repository or a misuse; never an expected outcome. */
export class GitFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'GitFailure'
  }
}

export interface GitAnswer {
  exitCode: number
  stdout: Buffer
  stderr: string
}

export type GitChild = ChildProcessByStdio<Writable, Readable, Readable>

export interface GitProcesses {
  /** A process that the caller feeds and reads; `env` is added to the closed environment. */
  start(args: readonly string[], env: Readonly<Record<string, string>>): GitChild
  /** Any exit code is an answer; throws when git cannot be started or is killed. */
  ask(gitDir: string, args: readonly string[], input?: string): Promise<GitAnswer>
  /** Exit code 0, or throws with what git said. */
  run(gitDir: string, args: readonly string[], input?: string): Promise<Buffer>
  /** Ends every process that is still running and waits for it; later calls throw. */
  close(): Promise<void>
}

/** Nothing of the machine or of the person who runs the tests reaches git. */
const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_PAGER: 'cat',
} as const

const SETTINGS = ['core.quotePath=false', 'core.attributesFile=/dev/null', 'advice.graftFileDeprecated=false']
const FLAGS = SETTINGS.flatMap((setting) => ['-c', setting])

/** A git command of a test takes milliseconds; one that waits for something would wait for ever. */
const TIMEOUT_MS = 60_000

/** What git printed. @throws {GitFailure} when it did not end well */
export function outputOf(args: readonly string[], answer: GitAnswer, gitDir: string): Buffer {
  if (answer.exitCode !== 0) {
    throw new GitFailure(`git ${args.join(' ')} in ${gitDir}: ${answer.stderr.trim()}`)
  }
  return answer.stdout
}

function closedBefore(args: readonly string[]): GitFailure {
  return new GitFailure(`git ${args[0] ?? ''}: the store is closed`)
}

export function makeProcesses(): GitProcesses {
  const running = new Set<GitChild>()
  const asked = new Set<Asked>()
  let closed = false

  function start(args: readonly string[], env: Readonly<Record<string, string>>): GitChild {
    if (closed) throw closedBefore(args)
    // Its own group, so that git's helpers (index-pack, hooks) can be ended along with it.
    const child = spawn('git', [...FLAGS, ...args], {
      env: { ...ENVIRONMENT, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    running.add(child)
    child.once('close', () => running.delete(child))
    // Both come from a process that has ended; its close event tells the rest.
    child.on('error', () => running.delete(child))
    child.stdin.on('error', () => undefined)
    return child
  }

  async function ask(gitDir: string, args: readonly string[], input = ''): Promise<GitAnswer> {
    if (closed) throw closedBefore(args)
    const one = askGit({ args: [...FLAGS, ...args], env: { ...ENVIRONMENT, GIT_DIR: gitDir }, input })
    asked.add(one)
    const timer = setTimeout(() => one.kill(), TIMEOUT_MS)
    try {
      const { exitCode, stdout, stderr } = await one.ended
      if (exitCode === null) throw new GitFailure(`git ${args[0] ?? ''} was killed`)
      return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString('utf8') }
    } finally {
      clearTimeout(timer)
      asked.delete(one)
    }
  }

  return {
    start,
    ask,
    run: async (gitDir, args, input) => outputOf(args, await ask(gitDir, args, input), gitDir),
    async close() {
      closed = true
      const children = [...running].map(async (child) => {
        const ended = once(child, 'close')
        endGroup(child)
        await ended
      })
      const questions = [...asked].map(async (one) => {
        one.kill()
        await one.ended.catch(() => undefined)
      })
      await Promise.all([...children, ...questions])
    },
  }
}

/** Ends a process and the helpers that it started. */
export function endGroup(child: GitChild): void {
  // Another process may have its number by now.
  const gone = child.stdout.closed && (child.exitCode !== null || child.signalCode !== null)
  if (child.pid === undefined || gone) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
