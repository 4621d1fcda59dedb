// Owns which of a repository's secrets a job is given.
import { secretsIn } from '../expressions/mentions.ts'
import type { Job, Workflow } from '../workflow/model.ts'
import { expressionsIn } from '../workflow/template.ts'
import type { Template } from '../workflow/template.ts'

/**
 * Secrets that the job's part of the file mentions; all of them where it takes the context as a whole.
 * GITHUB_TOKEN is always among them.
 */
export function mentionedSecrets(
  workflow: Workflow,
  job: Job,
  secrets: ReadonlyMap<string, string>,
): Map<string, string> {
  const templates: (Template | undefined)[] = [
    workflow.env,
    job.env,
    job.outputs,
    ...job.steps.flatMap((step): (Template | undefined)[] => [
      step.env,
      step.name,
      step.continueOnError,
      ...(step.action.kind === 'run'
        ? [step.action.script, step.action.workingDirectory, step.action.shell]
        : [step.action.with]),
    ]),
  ]
  const { names, whole } = secretsIn(templates.flatMap(expressionsIn))
  return new Map([...secrets].filter(([name]) => whole || names.includes(name.toUpperCase())))
}
