// Owns what a step is told: inputs of action.yml and the documented variables of the runner, parsed, never trusted.
import { getInput } from '@actions/core'
import { z } from 'zod'
import { refusalOf } from '../src/cli/exit-codes.ts'
import { problemsOf } from '../src/contracts/contract.ts'
import { DispatchInputs } from '../src/contracts/envelope.ts'

/** A timeout of the job's own ends it without a word: the run ends before, with its reason. */
const MOST_MINUTES = 350

const Inputs = z.strictObject({
  step: z.enum(['intake', 'open', 'plan', 'work', 'seal', 'publish']),
  minutes: z.coerce.number().int().min(1).max(MOST_MINUTES),
  sandbox: z.enum(['auto', 'bwrap', 'docker']),
  /** Folder of an envelope that another job of the same run left; '': it lies in the repository. */
  file: z.string(),
  'docker-image': z.string().regex(/^[a-z0-9][a-z0-9._/:@-]*$/),
})

const Variables = z.object({
  GITHUB_WORKSPACE: z.string().min(1),
  GITHUB_API_URL: z.url(),
  GITHUB_REPOSITORY: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  GITHUB_REPOSITORY_ID: z.coerce.number().int().min(1),
  GITHUB_SERVER_URL: z.url(),
  GITHUB_EVENT_PATH: z.string().min(1),
  GITHUB_RUN_ID: z.coerce.number().int().min(1),
  GITHUB_RUN_ATTEMPT: z.coerce.number().int().min(1),
  RUNNER_TEMP: z.string().min(1),
  PATH: z.string(),
  NODE_EXTRA_CA_CERTS: z.string().optional(),
})

export type Invocation = z.infer<typeof Inputs> & { runner: z.infer<typeof Variables> }

/** Every wrong input and every missing variable at once. */
export function readInvocation(env: NodeJS.ProcessEnv): Invocation {
  const inputs = Inputs.safeParse(
    Object.fromEntries(Inputs.keyof().options.map((name) => [name, getInput(name)])),
  )
  const runner = Variables.safeParse(env)
  const problems = [
    ...refused(inputs, 'action-inputs', 'correct `with:` of the step; action.yml describes each input'),
    ...refused(runner, 'action-variables', 'run the Action in a GitHub Actions job'),
  ]
  if (!inputs.success || !runner.success) throw refusalOf(problems)
  return { ...inputs.data, runner: runner.data }
}

/** What the run was asked for with: by the App's dispatch, or by the job `intake`. */
export function readDispatch(): DispatchInputs {
  const given = Object.fromEntries(DispatchInputs.keyof().options.map((name) => [name, getInput(name)]))
  const dispatch = DispatchInputs.safeParse(given)
  if (dispatch.success) return dispatch.data
  const fix = 'let the App start the workflow: label an issue, or type /retry on it'
  throw refusalOf(refused(dispatch, 'dispatch-inputs', fix))
}

/** Attempt of the job that ran, which a publisher that is run again has of its own. */
export function readAttempt(): number {
  const attempt = z.coerce.number().int().min(1).safeParse(getInput('attempt'))
  if (attempt.success) return attempt.data
  throw refusalOf(refused(attempt, 'action-inputs', 'give the output `attempt` of the job work'))
}

function refused(parsed: z.ZodSafeParseResult<unknown>, rule: string, fix: string) {
  if (parsed.success) return []
  return problemsOf(parsed.error).map((message) => ({ rule, message, fix }))
}
