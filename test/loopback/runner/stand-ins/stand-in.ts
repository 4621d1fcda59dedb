// Owns what a stand-in for one of GitHub's own actions is given, and how it fails.
import type { RunnerHost } from '../host.ts'
import type { Exit } from '../job/process.ts'
import type { Attempt } from '../job/request.ts'

/** Fails the step with its sentence. */
export class StandInFailure extends Error {}

export interface StandInCall {
  readonly host: RunnerHost
  readonly attempt: Attempt
  readonly job: number
  readonly workspace: string
  readonly temp: string
  readonly home: string
  readonly token: string
  /** trimmed; empty where neither step nor action gives it */
  input(name: string): string
  output(name: string, value: string): void
  /** kept for the post step */
  readonly state: Map<string, string>
  addPath(folder: string): void
  setEnv(name: string, value: string): void
  mask(value: string): void
  line(text: string): void
  warning(text: string): void
  /** a tool in the job's environment; its output goes to the log unless `quiet` */
  exec(file: string, args: readonly string[], x?: { cwd?: string; quiet?: boolean }): Promise<Exec>
}

export interface Exec {
  readonly exit: Exit
  readonly output: string
}

export interface StandIn {
  /** `owner/repo` or `owner/repo/path` */
  readonly action: string
  /** input → default; may hold `${{ github.token }}` and the like */
  readonly inputs: Readonly<Record<string, string>>
  main(call: StandInCall): Promise<void>
  post?(call: StandInCall): Promise<void>
  /** always() unless it says otherwise */
  readonly postIf?: string
}

export const isTrue = (text: string) => /^(true|True|TRUE)$/.test(text)
