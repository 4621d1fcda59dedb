// Owns what is said on a pull request when people or the default branch did something that the work must respect.
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
    said: `${x.branch} has ${whose} that was not judged`,
    why: `Gates and judges looked at \`${short(x.expected)}\`, the branch is at \`${short(x.head)}\`. Nothing was overwritten.`,
    todo: [
      `To go on from there: \`/reply\` followed by what is still missing.`,
      `To go on without Autopilot: \`/abort\`.`,
    ],
  }
}

export function branchDeleted(branch: string): Notice {
  return {
    said: `${branch} was deleted`,
    why: 'The work on it has ended; the branch is not made again.',
    todo: ['To begin anew, comment `/autopilot` on the issue.'],
  }
}

export function pullClosed(): Notice {
  return {
    said: 'The pull request was closed without a merge',
    why: 'The work has ended; the branch stays.',
    todo: ['To begin anew, comment `/autopilot` on the issue.'],
  }
}

export function conflictsWithBase(x: { base: string; head: string }): Notice {
  return {
    said: `The change conflicts with ${x.base}`,
    why: `${x.base} has moved since the run began, and GitHub cannot merge \`${short(x.head)}\` into it.`,
    todo: [
      'Resolve the conflict on the branch; a person then looks at it and merges.',
      'Or have it made anew: `/abort` here, then `/autopilot` on the issue.',
    ],
  }
}

/** R160: a task on a person's own pull request, whose branch is theirs alone. */
export function proposedTo(x: { branch: string; pull: Link }): Notice {
  return {
    said: `The change is proposed to ${x.branch} in a pull request of its own`,
    why: 'Autopilot does not push to the branch of a person. Once it is merged there, its commit is a part of this pull request.',
    todo: [`Look at it and merge it into \`${x.branch}\`, or close it.`],
    links: [x.pull],
  }
}

/** On the pull request that an earlier task left open. */
export function replacedBy(x: { pull: Link }): Notice {
  return {
    said: 'Another pull request replaces this one',
    why: 'The task that opened this one has ended, and the work was begun anew on a branch of its own. Nothing more is written here.',
    todo: [
      'Close this one with the button on this page, and delete its branch there.',
      'To keep this one instead, merge it yourself and close the other.',
    ],
    links: [x.pull],
  }
}

/** On the new one. */
export function replaces(x: { pull: Link; branch: string }): Notice {
  return {
    said: 'This pull request replaces another one, which is still open',
    why: `That one, from \`${x.branch}\`, was opened by a task that has ended; this one was made anew and has nothing of it.`,
    todo: ['Close the other one when it is not needed any more; it is not closed for you.'],
    links: [x.pull],
  }
}

/** MONITOR (R154): the merge stands, the default branch is red. */
export function redAfterMerge(x: {
  branch: string
  commit: string
  checks: readonly Link[]
  /** Checks that were red before the merge already. */
  before: readonly string[]
  /** Logins that are told. */
  people: readonly string[]
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
    people: x.people,
  }
}

/** MONITOR: a check of the default branch that nobody ended. */
export function unknownAfterMerge(x: {
  branch: string
  commit: string
  checks: readonly Link[]
  people: readonly string[]
}): Notice {
  return {
    said: `Whether ${x.branch} is green after this merge is not known`,
    why: `Not ended at ${short(x.commit)} a day after the merge: ${named(x.checks.map((check) => check.text))}. It is not watched any more.`,
    todo: ['See why it does not end, or run it again, and look at its end.'],
    links: x.checks,
    people: x.people,
  }
}

function named(checks: readonly string[]): string {
  return checks.map((name) => `\`${name}\``).join(', ')
}
