// Owns what a test or the demo may choose about the runner, with GitHub's own values as defaults.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobRequest, JobResult } from './job/request.ts'

export interface RunnerSettings {
  /** where each job gets its fresh folders */
  readonly workFolder: string
  /** jobs at a time, over all repositories */
  readonly parallel: number
  /** `owner/repo` → folder with the action's files; `node_modules` and `.git` are left behind */
  readonly actions: Readonly<Record<string, string>>
  /** PATH before the job adds to it */
  readonly path: string
  /** variables of the machine itself, beside HOME and PATH */
  readonly machine: Readonly<Record<string, string>>
  /** puts the stand-ins of sudo and apt-get first in PATH */
  readonly packageTools: boolean
  readonly cancellation: CancellationTimes
  /** milliseconds of a minute in `timeout-minutes`; a test may have quicker ones */
  readonly minute: number
  /** leaves the folders of jobs in place, for a look */
  readonly keepFolders: boolean
  /** stands for the processes of a job: all around it, from the trigger to the webhooks, is as ever */
  readonly play: ((request: JobRequest) => Promise<JobResult>) | undefined
}

/** Milliseconds. Source: docs.github.com, "Workflow cancellation reference". */
export interface CancellationTimes {
  /** from SIGINT to SIGTERM */
  readonly interrupt: number
  /** from SIGTERM to the end of the process tree */
  readonly terminate: number
  /** for output to end after the process did */
  readonly drain: number
  /** from a run's cancellation to the end of all its jobs */
  readonly force: number
}

export const GITHUB_TIMES: CancellationTimes = {
  interrupt: 7_500,
  terminate: 2_500,
  drain: 5_000,
  force: 300_000,
}

export function runnerSettings(chosen: Partial<RunnerSettings> = {}): RunnerSettings {
  return {
    workFolder: join(tmpdir(), 'loopback-runner'),
    parallel: 2,
    actions: {},
    path: process.env['PATH'] ?? '/usr/bin:/bin',
    machine: {},
    packageTools: false,
    cancellation: GITHUB_TIMES,
    minute: 60_000,
    keepFolders: false,
    play: undefined,
    ...chosen,
  }
}
