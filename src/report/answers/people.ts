// Owns what is said to people about what they asked for: who may ask, what was done, what is not possible now.
import type { CommandName } from '../../contracts/command.ts'
import type { Notice } from '../notice.ts'

/** `role` as GitHub names it; null: GitHub does not know the account. */
export function mayNotAsk(x: { login: string; role: string | null; asked: string }): Notice {
  const role = x.role === null || x.role === 'none' ? 'no role' : `the role ${x.role}`
  return {
    said: `${x.login} may not ask for this here`,
    why: `${x.asked} needs write access to this repository; ${x.login} has ${role}.`,
    todo: ['Someone with write access can put the label on, or comment `/autopilot`.'],
  }
}

/** @public */
export function botMayNotAsk(login: string): Notice {
  return {
    said: `${login} is a bot, and bots ask for nothing here`,
    why: `Its App is not among those that this installation allows.`,
    todo: [
      'A person with write access can ask, or the App can be allowed in the settings of the installation.',
    ],
  }
}

export function paused(x: { by: string; reason: string }): Notice {
  return {
    said: `Autopilot is paused by ${x.by}`,
    why: x.reason,
    todo: ['Go on: `/resume` · stop for good: `/abort`'],
  }
}

/** @public */
export function resumed(by: string): Notice {
  return {
    said: `${by} resumed the work`,
    why: 'It goes on where it was.',
    todo: ['See how far it is: `/status`'],
  }
}

/**
 * `because`: `the label was taken off`, `the issue was closed`, `/abort`.
 *
 * @public
 */
export function aborted(x: { by: string; because: string }): Notice {
  return {
    said: `Stopped by ${x.by}: ${x.because}`,
    why: 'Nothing more is written. A pull request that was opened stays as it is.',
    todo: ['Begin anew: put the label on again, or comment `/autopilot`.'],
  }
}

/** @public */
export function approved(x: { by: string; head: string }): Notice {
  return {
    said: `${x.by} approves the change`,
    why: `It counts for ${x.head} alone: a new commit needs a new approval.`,
    todo: ['The policy check says what else is needed.'],
  }
}

/**
 * `/reply` taken: what follows from it. `constraints` are those that rules found in the text.
 *
 * @public
 */
export function replyTaken(x: { by: string; constraints: readonly string[]; starts: boolean }): Notice {
  return {
    said: x.starts
      ? `A new run starts with what ${x.by} said`
      : `What ${x.by} said counts from the next run on`,
    why:
      x.constraints.length === 0
        ? 'No single constraint was found in the text; it counts as a whole.'
        : 'These constraints were read in it:',
    items: x.constraints,
    todo: [`${x.starts ? 'Earlier verdicts no longer count. ' : ''}See how far it is: \`/status\``],
  }
}

const NEEDS = {
  reply: 'what should be different',
  pause: 'the reason, so that others know what it waits for',
} as const

export function needsText(name: 'reply' | 'pause'): Notice {
  return {
    said: `\`/${name}\` needs a text`,
    why: 'Nothing was done.',
    todo: [`Comment \`/${name}\` followed by ${NEEDS[name]}.`],
  }
}

/** `state`: `the work has ended`, `nothing is paused`. */
export function notNow(x: { name: CommandName; state: string; instead: string }): Notice {
  return { said: `\`/${x.name}\` does nothing now: ${x.state}`, why: '', todo: [x.instead] }
}

export function noTask(x: { name: CommandName; on: 'issue' | 'pull' }): Notice {
  const place = x.on === 'issue' ? 'this issue' : 'this pull request'
  return {
    said: `\`/${x.name}\` has nothing to work on`,
    why: `Autopilot has no task for ${place}.`,
    todo: ['Begin one: comment `/autopilot` followed by what should be done.'],
  }
}

/** @public */
export function textEdited(x: { what: 'issue' | 'comment'; by: string }): Notice {
  return {
    said: `${x.by} edited the text after the work began`,
    why: `Autopilot goes on with the text of the ${x.what} as it was when it was asked.`,
    todo: ['To have the new text count: put the label on again, or comment `/reply` with what is different.'],
  }
}

/** A re-run of the workflow by hand: it holds no lease. */
export function foreignRerun(by: string): Notice {
  return {
    said: `The run that ${by} started again is not used`,
    why: 'Only the run that Autopilot asked for is imported.',
    todo: ['Start another: `/retry`'],
  }
}

/** @public */
export function moneyCap(x: { spent: string; cap: string; month: string }): Notice {
  return {
    said: 'The money for this month is spent',
    why: `${x.spent} of ${x.cap} in ${x.month}, runs under way included.`,
    todo: ['Wait for the next month, or raise the cap of the installation; then comment `/retry`.'],
  }
}

/** `where`: `this repository`, `the installation`. */
export function stopSwitch(x: { where: string; by: string; reason: string }): Notice {
  return {
    said: `Autopilot is switched off for ${x.where} by ${x.by}`,
    why: x.reason,
    todo: ['When it is on again: `/retry`'],
  }
}
