// Owns how git is started: with our own configuration, a cleaned environment, and nothing it could be made to run.
import { execa } from 'execa'

/** A broken machine, a broken repository, or a misuse by the caller; never an expected outcome. */
export class GitError extends Error {
  readonly code: 'missing' | 'timed_out' | 'failed' | 'corrupt' | 'misuse'
  constructor(code: GitError['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'GitError'
    this.code = code
  }
}

/** Where git and its helpers are looked up when the caller names nothing else. */
export const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin'

/**
 * Threat: a repository's configuration, hooks, filters and attributes make git run programs. Our own git directory
 * holds none of them; these settings also hold where a person's directory must be asked (HEAD, one ref).
 */
const SAFE_SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'core.symlinks=true',
  'core.autocrlf=false',
  'core.eol=lf',
  'core.safecrlf=false',
  'core.quotePath=false',
  'core.precomposeUnicode=false',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'core.pager=cat',
  'credential.helper=',
  'protocol.allow=never',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
  'diff.external=',
  'advice.detachedHead=false',
] as const

const SAFE_FLAGS = SAFE_SETTINGS.flatMap((setting) => ['-c', setting])

const SAFE_ENVIRONMENT = {
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_PAGER: 'cat',
} as const

/** One git command on 20,000 files takes a second or two; a hostile ignore file or a stuck disk takes for ever. */
const TIMEOUT_MS = 120_000
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024

export interface GitCall {
  /** Added to the safe environment: GIT_DIR and the like. */
  env?: Readonly<Record<string, string>>
  input?: Uint8Array | string
  /** More `-c` settings, after the safe ones. */
  settings?: readonly string[]
  timeoutMs?: number
}

export interface GitAnswer {
  exitCode: number
  stdout: Buffer
  stderr: string
}

/** Starts git in one folder with one base environment. */
export interface GitRunner {
  /** Any exit code is an answer. Throws GitError when git cannot be started, is killed, or says too much. */
  ask(args: readonly string[], call?: GitCall): Promise<GitAnswer>
  /** Exit code 0 or GitError with git's own first line. */
  run(args: readonly string[], call?: GitCall): Promise<Buffer>
  /** For a process that is kept open. */
  command(args: readonly string[]): { file: string; args: string[]; env: Record<string, string>; cwd: string }
}

export function makeRunner(where: {
  cwd: string
  path: string
  env: Readonly<Record<string, string>>
}): GitRunner {
  const base = { ...SAFE_ENVIRONMENT, PATH: where.path, ...where.env }
  const ask = async (args: readonly string[], call: GitCall = {}): Promise<GitAnswer> => {
    const settings = (call.settings ?? []).flatMap((setting) => ['-c', setting])
    const result = await execa('git', [...SAFE_FLAGS, ...settings, ...args], {
      cwd: where.cwd,
      env: { ...base, ...call.env },
      extendEnv: false,
      encoding: 'buffer',
      input: call.input ?? '',
      reject: false,
      stripFinalNewline: false,
      timeout: call.timeoutMs ?? TIMEOUT_MS,
      forceKillAfterDelay: 1000,
      maxBuffer: MAX_OUTPUT_BYTES,
    })
    const name = `git ${args[0] ?? ''}`
    if (result.timedOut) throw new GitError('timed_out', `${name} did not end in time`, result)
    if (result.code === 'ENOENT') throw new GitError('missing', 'git is not installed', result)
    if (result.exitCode === undefined) {
      throw new GitError('failed', `${name} broke off: ${result.shortMessage ?? 'no exit code'}`, result)
    }
    return {
      exitCode: result.exitCode,
      stdout: Buffer.from(result.stdout),
      stderr: Buffer.from(result.stderr).toString('utf8'),
    }
  }
  return {
    ask,
    async run(args, call) {
      const answer = await ask(args, call)
      if (answer.exitCode !== 0) throw new GitError('failed', `git ${args[0] ?? ''}: ${reasonOf(answer)}`)
      return answer.stdout
    },
    command: (args) => ({ file: 'git', args: [...SAFE_FLAGS, ...args], env: base, cwd: where.cwd }),
  }
}

/** The first line that git said, without its `fatal:`. */
export function reasonOf(answer: GitAnswer): string {
  const line = answer.stderr.split('\n').find((text) => text.trim() !== '')
  return line?.replace(/^(fatal|error): /, '') ?? `exit code ${answer.exitCode}`
}

/** NUL-separated fields of an answer. */
export function fieldsOf(output: Buffer): string[] {
  const text = output.toString('utf8')
  return text === '' ? [] : text.replace(/\0$/, '').split('\0')
}
