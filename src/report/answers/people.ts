// Owns what is said to people about what they asked for: who may ask, what was done, what is not possible now.
import type { CommandName } from '../../contracts/command.ts'
import { short } from '../figures.ts'
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

export function paused(x: { by: string; reason: string }): Notice {
  return {
    said: `Autopilot is paused by ${x.by}`,
    why: x.reason,
    todo: ['Go on: `/resume` · stop for good: `/abort`'],
  }
}

/** `because`: `aborted by @ana`, `the label was taken away by @ana`. */
export function aborted(because: string): Notice {
  return {
    said: `Stopped: ${because}`,
    why: 'Nothing more is written. A run that was out is cancelled, and what it may still bring is not used. A pull request that was opened stays as it is.',
    todo: ['Begin anew: `/retry`, or put the label on again.'],
  }
}

/** `head`: short. */
export function approved(x: { by: string; head: string }): Notice {
  return {
    said: `${x.by} approves the change`,
    why: `It counts for \`${x.head}\` alone: a new commit needs a new approval.`,
    todo: ['The policy check says what else is needed.'],
  }
}

/** A turn was taken: what follows from it. `constraints` are those that rules found in the text. */
export function replyTaken(x: { by: string; constraints: readonly string[]; patch: boolean }): Notice {
  const patch = x.patch ? 'Its patch is what the run applies. ' : ''
  return {
    said: `A new run starts with what ${x.by} said`,
    why:
      x.constraints.length === 0
        ? `${patch}No single constraint was found in the text; it counts as a whole.`
        : `${patch}These constraints were read in it:`,
    items: x.constraints,
    todo: ['Earlier verdicts and approvals no longer count. See how far it is: `/status`'],
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

/** `asked`: who asked for the work, and with which text. */
export function textEdited(x: { what: 'issue' | 'pull request'; asked: string; digest: string }): Notice {
  return {
    said: `The text of the ${x.what} was edited after it was asked for`,
    why: `The text as it was when ${x.asked} asked counts (digest ${short(x.digest)}); what it says now is not read.`,
    todo: [
      'To have the new text count: take the label off and put it on again.',
      'To add to the old one: comment `/reply` with what is different.',
    ],
  }
}

/** A re-run of the workflow by hand: it holds no lease. `reason`: who started which attempt. */
export function foreignRerun(reason: string): Notice {
  return {
    said: 'A run that was started again by hand is not used',
    why: reason,
    todo: ['Start another: `/retry`'],
  }
}

/** `month`: `2026-11`. */
export function moneyCap(x: { spent: string; cap: string; month: string }): Notice {
  return {
    said: 'The money for this month is spent',
    why: `${x.spent} of ${x.cap} in ${x.month}, runs under way included.`,
    todo: [
      'It goes on by itself once runs under way leave enough, or in the next month. To go on before: raise the cap of the App, then comment `/retry`.',
    ],
  }
}

/** `where`: `this repository`, `the installation`. */
export function stopSwitch(x: { where: string; by: string; reason: string }): Notice {
  return {
    said: `Autopilot is switched off for ${x.where} by ${x.by}`,
    why: x.reason,
    todo: ['When it is on again, it goes on; a task that was not begun is begun by `/autopilot`.'],
  }
}
