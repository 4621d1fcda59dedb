// Owns what is said when the repository is not set up as it must be: which file, which line, what to put there.
import type { Link } from '../markdown.ts'
import type { Notice } from '../notice.ts'

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

/** App and Action are of versions that do not understand each other. `reason`: which is where. */
export function versionSkew(x: { newer: boolean; file: string; reason: string }): Notice {
  return {
    said: `The run was made by ${x.newer ? 'a newer' : 'an older'} version of Autopilot than this App`,
    why: x.reason,
    todo: [
      x.newer
        ? `Update the App, or name the commit of its release in \`${x.file}\`; then comment \`/retry\`.`
        : `Name the commit of the App's release in \`${x.file}\`, where it uses autopilot-dev/autopilot; then comment \`/retry\`.`,
    ],
  }
}
