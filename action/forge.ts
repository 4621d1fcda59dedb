// Owns the forge of a job: its repository with its own token, and the way to its page.
import { getInput } from '@actions/core'
import { jobForge } from '../src/adapters/github/forge.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import type { RepoRef } from '../src/contracts/envelope.ts'
import type { Forge } from '../src/ports/forge.ts'
import type { Link } from '../src/report/markdown.ts'
import type { Invocation } from './invocation.ts'

export function forgeOf(runner: Invocation['runner'], repository: RepoRef): Forge {
  const token = getInput('token', { required: true })
  return jobForge({ token, repository, clock: systemClock(), baseUrl: runner.GITHUB_API_URL })
}

export function runOf(runner: Invocation['runner']): Link {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = runner
  return { text: 'run', url: `${server}/${repository}/actions/runs/${run}` }
}
