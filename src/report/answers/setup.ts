// Owns what is said when the repository is not set up as it must be: which file, which line, what to put there.
import type { YamlProblem } from '../../contracts/strict-yaml.ts'
import { renderYamlProblem } from '../../contracts/strict-yaml.ts'
import { count, short } from '../figures.ts'
import type { Link } from '../markdown.ts'
import type { Notice } from '../notice.ts'

/**
 * Every problem of `.github/autopilot.yml` or `.github/autopilot/policy.yml` at once, in the order of their lines.
 *
 * @public
 */
export function invalidFile(x: {
  file: string
  branch: string
  commit: string
  problems: readonly YamlProblem[]
}): Notice {
  return {
    said: `${x.file} has ${count(x.problems.length, 'mistake')}, so nothing was started`,
    why: `It was read on ${x.branch} at ${short(x.commit)}.`,
    todo: [`Correct it on ${x.branch}, then comment \`/retry\`.`],
    block: {
      title: 'What is wrong',
      language: '',
      text: x.problems.map(renderYamlProblem).join('\n'),
      open: true,
    },
  }
}

/** `text`: the whole workflow file as it should be. A bot may not push workflow files, so a person does. */
export function workflowMissing(x: { file: string; branch: string; text: string }): Notice {
  return {
    said: `The workflow that does the work is missing: ${x.file}`,
    why: `Autopilot works in GitHub Actions and may not add workflows itself.`,
    todo: [`Add the file below to ${x.branch}, then comment \`/retry\`.`],
    block: { title: 'The whole file', language: 'yaml', text: x.text, open: false },
  }
}

export function workflowDisabled(x: { file: string; link: Link | null }): Notice {
  return {
    said: `The workflow ${x.file} is switched off`,
    why: 'Autopilot works in GitHub Actions.',
    todo: ['Enable it on the Actions page, then comment `/retry`.'],
    ...(x.link === null ? {} : { links: [x.link] }),
  }
}

/** GitHub refused to start the workflow, in its own words. */
export function dispatchRefused(x: { file: string; reason: string }): Notice {
  return {
    said: `GitHub did not start the workflow ${x.file}`,
    why: x.reason,
    todo: ['Compare the file with the template of this version of Autopilot, then comment `/retry`.'],
  }
}

/**
 * App or Action are of versions that do not understand each other.
 *
 * @public
 */
export function versionSkew(x: { what: string; found: string; reads: string }): Notice {
  return {
    said: `The run speaks another version of Autopilot`,
    why: `${x.what} is of version ${x.found}; this App reads ${x.reads}.`,
    todo: [
      'Update the older of the two: the App, or the version that the workflow file names. Then comment `/retry`.',
    ],
  }
}
