// Owns what is said on a pull request when people or the default branch did something that the work must respect.
import type { YamlProblem } from '../../contracts/strict-yaml.ts'
import { short } from '../figures.ts'
import type { Link } from '../markdown.ts'
import type { Notice } from '../notice.ts'

/** R164: somebody's commit is on the branch. `login` null: GitHub knows no account for it. */
export function headMoved(x: {
  branch: string
  expected: string
  head: string
  login: string | null
}): Notice {
  const whose = x.login === null ? 'a commit of someone' : `a commit of ${x.login}`
  return {
    said: `${x.branch} has ${whose} that this run did not know`,
    why: `The run worked on ${short(x.expected)}, the branch is at ${short(x.head)}. Nothing was overwritten.`,
    todo: [
      `To go on from there: \`/reply\` followed by what is still missing.`,
      `To keep the branch as it is: \`/abort\`.`,
    ],
  }
}

export function branchDeleted(x: { branch: string; by: string | null }): Notice {
  const who = x.by === null ? '' : ` by ${x.by}`
  return {
    said: `${x.branch} was deleted${who}`,
    why: 'The work on it has ended; the branch is not made again.',
    todo: [
      'Restore it on the page of the pull request and comment `/retry`, or begin anew with `/autopilot`.',
    ],
  }
}

export function pullClosed(by: string | null): Notice {
  return {
    said: by === null ? 'The pull request was closed' : `${by} closed the pull request`,
    why: 'The work has ended; the branch stays.',
    todo: ['Reopen it and comment `/retry`, or begin anew with `/autopilot`.'],
  }
}

export function conflictsWithBase(x: { base: string; files: readonly string[] }): Notice {
  return {
    said: `The change conflicts with ${x.base}`,
    why: x.files.length === 0 ? `${x.base} has moved since the run began.` : 'Both changed these files:',
    items: x.files.map((file) => `\`${file}\``),
    todo: [`Have it made again on ${x.base}: \`/retry\``, 'Or resolve the conflict on the branch.'],
  }
}

export function forkPull(): Notice {
  return {
    said: 'Autopilot does not work on pull requests from forks',
    why: 'It could not write to the branch, and the code of a fork is not trusted with a run.',
    todo: ['Open an issue with the change that is wanted, or push the branch to this repository.'],
  }
}

/** MONITOR (R154): the merge stands, the default branch is red. */
export function redAfterMerge(x: {
  branch: string
  commit: string
  checks: readonly Link[]
  /** Checks that were red before the merge already. */
  before: readonly string[]
}): Notice {
  const names = named(x.checks.map((check) => check.text))
  return {
    said: `${x.branch} is red after this merge`,
    why:
      x.before.length === 0
        ? `Failing at ${short(x.commit)}: ${names}. None of them failed before the merge.`
        : `Failing at ${short(x.commit)}: ${names}. Red before the merge already: ${named(x.before)}.`,
    todo: [
      `Revert with the button on this page, or \`git revert ${short(x.commit)}\`.`,
      'If the failure has nothing to do with this change, run the check again.',
    ],
    links: x.checks,
  }
}

function named(checks: readonly string[]): string {
  return checks.map((name) => `\`${name}\``).join(', ')
}

export function mergeRefused(reason: string): Notice {
  return {
    said: 'The policy allows the merge, GitHub does not',
    why: reason,
    todo: ['Rules of the repository beside the policy decide this; the merge box names them.'],
  }
}

/** The policy file cannot be read: without a policy nothing is merged. */
export function noPolicy(x: { file: string; problems: readonly YamlProblem[] }): Notice {
  return {
    said: `No merge: ${x.file} cannot be read`,
    why: '',
    items: x.problems.map(({ line, column, message }) => `${x.file}:${line}:${column} ${message}`),
    todo: ['Correct it on the default branch. The policy check is made again then.'],
  }
}
