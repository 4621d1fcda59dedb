// Owns `run:` steps: the script becomes a file, and the shell is called as GitHub documents it.
import { randomUUID } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { interpolate } from '../expressions/expressions.ts'
import type { RunStep } from '../workflow/model.ts'
import type { Template } from '../workflow/template.ts'
import { environmentOf } from './state.ts'
import type { Outcome, RunningStep } from './state.ts'
import { runStepProcess } from './step-process.ts'

/** Source: docs.github.com, "Workflow syntax", jobs.<job_id>.steps[*].shell. */
const SHELLS: Readonly<Record<string, string>> = {
  bash: 'bash --noprofile --norc -eo pipefail {0}',
  sh: 'sh -e {0}',
  python: 'python {0}',
}

export async function runScript(step: RunningStep, action: RunStep): Promise<Exclude<Outcome, 'skipped'>> {
  const { request, folders } = step.state
  const { job, attempt } = request
  const text = (own: Template | undefined, of: Template | undefined, all: Template | undefined) =>
    interpolate(own ?? of ?? all, step.scope)
  const shell = text(action.shell, job.defaults.shell, attempt.workflow.defaults.shell)
  const below = text(
    action.workingDirectory,
    job.defaults.workingDirectory,
    attempt.workflow.defaults.workingDirectory,
  )
  const script = interpolate(action.script, step.scope)
  const path = String(environmentOf(step)['PATH'])
  const line = shell === '' ? (has(path, 'bash') ? 'bash -e {0}' : SHELLS['sh']) : (SHELLS[shell] ?? shell)
  if (line === undefined || !line.includes('{0}')) {
    step.log.error(
      `Invalid shell option '${shell}'. The loopback has bash, sh, python, or a command with {0}.`,
    )
    return 'failure'
  }
  const file = join(folders.temp, `${randomUUID()}.sh`)
  await writeFile(file, script.endsWith('\n') ? script : `${script}\n`)
  const [command = '', ...args] = line.split(' ').map((word) => word.replace('{0}', file))
  step.log.group(`Run ${script.split('\n')[0] ?? ''}`, [
    ...script.trimEnd().split('\n'),
    `shell: ${line}`,
    ...envLines(step),
  ])
  return runStepProcess(step, { file: command, args, cwd: resolve(folders.workspace, below) })
}

function envLines(step: RunningStep): string[] {
  const env = [...(step.scope.contexts.env as ReadonlyMap<string, string>)]
  return env.length === 0 ? [] : ['env:', ...env.map(([name, value]) => `  ${name}: ${value}`)]
}

function has(path: string, tool: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
