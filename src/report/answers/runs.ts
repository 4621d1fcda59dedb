// Owns what is said when a run in Actions does not bring what was asked for.
import type { RunOutcome } from '../../contracts/outcome.ts'
import type { Link } from '../markdown.ts'
import type { Notice } from '../notice.ts'

type Ended = Extract<RunOutcome, { kind: 'stopped' | 'framework_fix' }>

/** The run ended by a rule of its own: which, what was tried, what would help. */
export function stopped(outcome: Ended, run: Link | null): Notice {
  const links = run === null ? {} : { links: [run] }
  if (outcome.kind === 'framework_fix') {
    return {
      said: 'A person must make a part of this change',
      why: `${outcome.reason} (rule \`${outcome.rule}\`, phase ${outcome.phase})`,
      todo: outcome.paths.map((path) => `change \`${path}\``).concat('then comment `/retry`'),
      block: { title: 'Memo for the person', language: '', text: outcome.memo, open: false },
      ...links,
    }
  }
  return {
    said: `Autopilot stopped: ${outcome.reason}`,
    why: `Rule \`${outcome.rule}\` in phase ${outcome.phase}.`,
    items: outcome.tried.map((one) => `Tried: ${one}`),
    todo: [`What would help: ${outcome.would_help}`, 'Try again: `/retry` · say more: `/reply TEXT`'],
    ...links,
  }
}

const ENDS: Readonly<Record<string, string>> = {
  cancelled: 'was cancelled',
  timed_out: 'took longer than it may',
  startup_failure: 'could not start',
  skipped: 'was skipped',
  action_required: 'waits for an approval that nobody gave',
  stale: 'was given up by GitHub',
}
const HELP: Readonly<Record<string, string>> = {
  // GitHub says cancelled of a job past its time, too
  cancelled: 'When the work is still wanted: `/retry`. Past `timeout-minutes` of the job, raise that first.',
  timed_out: 'Raise `timeout-minutes` of the job, or make the issue smaller; then comment `/retry`.',
}

/** `reason`: in which step it ended, and what it left. */
export function runFailed(x: { conclusion: string; reason: string; run: Link }): Notice {
  return {
    said: `The run ${ENDS[x.conclusion] ?? 'failed'}`,
    why: x.reason,
    todo: [HELP[x.conclusion] ?? 'Read the log of the run, then comment `/retry`.'],
    links: [x.run],
  }
}

/** It failed before it knew what it was asked for: the workflow, the runner, or the versions of App and Action. */
export function runUnopened(x: { file: string; reason: string; run: Link }): Notice {
  return {
    said: 'The run failed before its work began',
    why: x.reason,
    todo: [
      'Read the log of the run: it says what that step lacked.',
      `Compare \`${x.file}\` with the template of this version of Autopilot: each action must name a commit that exists.`,
      'Then comment `/retry`.',
    ],
    links: [x.run],
  }
}

/** Nothing was heard of the run for longer than it may take. */
export function runSilent(x: { minutes: number; run: Link | null }): Notice {
  return {
    said: `The run has not ended after ${x.minutes} minutes`,
    why: 'It was given up; what it may still bring is not used.',
    todo: ['Start another: `/retry`'],
    ...(x.run === null ? {} : { links: [x.run] }),
  }
}

export function artifactMissing(x: { name: string; expired: boolean; run: Link }): Notice {
  return {
    said: x.expired
      ? `GitHub has deleted what the run left: ${x.name}`
      : `The run ended well but left no artifact ${x.name}`,
    why: x.expired ? 'Artifacts expire.' : 'Without it there is nothing to publish.',
    todo: ['Start another run: `/retry`'],
    links: [x.run],
  }
}

/** What the run left was refused before anything of it was used. `rule` can be looked up. */
export function artifactRejected(x: { rule: string; reason: string; run: Link }): Notice {
  return {
    said: 'What the run left was not accepted',
    why: `${x.reason} (rule \`${x.rule}\`)`,
    todo: [
      'Nothing of it was used. If nobody changed the workflow, comment `/retry`.',
      'If it happens again, look at what else writes artifacts in that workflow.',
    ],
    links: [x.run],
  }
}
