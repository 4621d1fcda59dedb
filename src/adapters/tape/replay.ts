// Owns ports that answer from a tape alone: no git, no process, no clock.
import { digestOfJson } from '../../contracts/canonical.ts'
import type { Clock, Exec, ExecResult, Git, Ids, Sandbox, Workspace } from '../../ports.ts'
import { subjectOf } from './record.ts'
import type { Tape } from './tape.ts'

export function replayClock(tape: Tape): Clock {
  return {
    now: () => tape.take('clock.now') as Date,
    monotonic: () => performance.now(),
    // Nothing is waited for in a replay; a time limit that fired is in the recorded answers.
    sleep: (_ms, signal) =>
      new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
  }
}

export function replayIds(tape: Tape): Ids {
  return { next: (kind) => tape.take(`ids.${kind}`) as string }
}

export function replayGit(tape: Tape): Git {
  return {
    head: taken(tape, () => 'git.head'),
    tree: taken(tape, (commit) => `git.tree ${commit}`),
    readFile: taken(tape, (path, commit) => `git.readFile ${commit} ${path}`),
    subjects: taken(tape, (commit, limit) => `git.subjects ${commit} ${limit}`),
    writeTree: taken(tape, (changes) => `git.writeTree ${digestOfJson(changes)}`),
    diff: taken(tape, (changes) => `git.diff ${digestOfJson(changes)}`),
    putBranch: taken(tape, (x) => `git.putBranch ${digestOfJson(x)}`),
  }
}

export function replaySandbox(tape: Tape): Sandbox {
  const facts = tape.take('sandbox.facts') as Pick<Sandbox, 'level' | 'limitsBy' | 'uidDropped'>
  return {
    ...facts,
    close: () => Promise.resolve(),
    workspace: (x) => Promise.resolve(replayWorkspace(`workspace ${x.purpose} ${subjectOf(x)}`, tape)),
    install: taken(tape, (x) => `sandbox.install ${x.plan.key} ${subjectOf(x)}`),
  }
}

function replayWorkspace(name: string, tape: Tape): Workspace {
  return {
    exec(command) {
      const answer = tape.take(`${name} exec ${digestOfJson(command)}`) as {
        stdout: Uint8Array
        stderr: Uint8Array
        result: ExecResult
      }
      return {
        stdout: once(answer.stdout),
        stderr: once(answer.stderr),
        result: Promise.resolve(answer.result),
      } satisfies Exec
    },
    read: taken(tape, (path) => `${name} read ${path}`),
    list: taken(tape, (folder) => `${name} list ${folder}`),
    changes: taken(tape, () => `${name} changes`),
    close: () => Promise.resolve(),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield await Promise.resolve(bytes)
}

function taken<A extends unknown[], T>(tape: Tape, key: (...args: A) => string): (...args: A) => Promise<T> {
  return (...args) => Promise.resolve(tape.take(key(...args)) as T)
}
