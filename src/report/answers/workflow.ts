// Owns what is said on an issue where no App is installed and a workflow does all the work: nothing answers commands.
import type { RunOutcome } from '../../contracts/outcome.ts'
import { count } from '../figures.ts'
import type { Link } from '../markdown.ts'
import type { Notice } from '../notice.ts'

const AGAIN = 'To begin anew, take the label off and put it on again.'

export function workBegun(x: { by: string; run: Link }): Notice {
  return {
    said: 'Autopilot is working on this',
    why: `Asked for by ${x.by}. The run has three jobs: intake, work, publish.`,
    todo: ['Stop it: cancel the run.'],
    links: [x.run],
  }
}

/** `problems`: sentences, those of a file with its place. */
export function notBegun(x: { problems: readonly string[]; run: Link }): Notice {
  return {
    said: `Nothing was started: ${count(x.problems.length, 'problem')}`,
    why: '',
    items: x.problems,
    todo: [AGAIN],
    links: [x.run],
  }
}

export function pullOpened(x: { pull: Link; run: Link }): Notice {
  return {
    said: 'A pull request is open',
    why: 'Its checks were written by this workflow, as any workflow of the repository could: they are advice, and a person decides. Workflows do not start by themselves on what a workflow pushed.',
    todo: ['Start the checks of the repository: close the pull request and open it again.', AGAIN],
    links: [x.pull, x.run],
  }
}

/** The change is there and the pull request is not. */
export function notOpened(x: { branch: string; reason: string; run: Link }): Notice {
  return {
    said: 'The change is ready, and GitHub refused the pull request',
    why: x.reason,
    items: [`The branch: ${x.branch}`],
    todo: [
      'Allow it: Settings, Actions, General, "Allow GitHub Actions to create and approve pull requests".',
      'Then re-run the job publish, or open the pull request from the branch.',
    ],
    links: [x.run],
  }
}

export function runEnded(outcome: Exclude<RunOutcome, { kind: 'change' }>, run: Link): Notice {
  if (outcome.kind === 'question') {
    return {
      said: count(outcome.questions.length, 'question'),
      why: '',
      items: outcome.questions.map(({ question, why }) => `${question} ${why}`),
      todo: [`Answer in the text of the issue. ${AGAIN}`],
      links: [run],
    }
  }
  if (outcome.kind === 'framework_fix') {
    return {
      said: 'A person must make a part of this change',
      why: `${outcome.reason} (rule \`${outcome.rule}\`, phase ${outcome.phase})`,
      todo: [...outcome.paths.map((path) => `change \`${path}\``), AGAIN],
      block: { title: 'Memo for the person', language: '', text: outcome.memo, open: false },
      links: [run],
    }
  }
  return {
    said: `Autopilot stopped: ${outcome.reason}`,
    why: `Rule \`${outcome.rule}\` in phase ${outcome.phase}.`,
    items: outcome.tried.map((one) => `Tried: ${one}`),
    todo: [`What would help: ${outcome.would_help}`, AGAIN],
    links: [run],
  }
}

/** The run left nothing that could be used. */
export function nothingCame(x: { rule: string; reason: string; run: Link }): Notice {
  return {
    said: 'The run brought no result',
    why: `${x.reason} (rule \`${x.rule}\`)`,
    todo: ['Read the log of the job work.', AGAIN],
    links: [x.run],
  }
}
