// Owns the workflow run of the showcase: one job that failed, its log, its summary and an artifact.
import type { Forge } from '../forge.ts'
import type { App } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import type { WorkflowRun } from '../world/runs.ts'
import type { Records } from './showcase-records.ts'

interface RunWanted {
  readonly repository: Repository
  readonly records: Records
  /** the App of Actions, and the one that opened the pull request */
  readonly actions: App
  readonly app: App
  readonly head: string
}

export function furnishRun(
  { world, clock }: Forge,
  { repository, records, actions, app, head }: RunWanted,
): WorkflowRun {
  const { now, suite, checkRun, annotation } = records
  const runId = world.nextId()
  const job = checkRun(suite(actions, head, runId), 'test', {
    conclusion: 'failure',
    annotations: [annotation('.github', 1, 'Process completed with exit code 1.', { level: 'failure' })],
  })
  const at = now()
  const workflow = {
    id: world.nextId(),
    path: '.github/workflows/ci.yml',
    name: 'CI',
    state: 'active',
    createdAt: at,
    updatedAt: at,
  } as const
  const step = { status: 'completed', startedAt: at, completedAt: now() } as const
  const run: WorkflowRun = {
    id: runId,
    number: 1,
    workflow,
    event: 'pull_request',
    headSha: head,
    headBranch: 'bot/sum',
    headRepository: repository,
    actor: app.bot,
    title: 'Add every number',
    createdAt: at,
    pulls: [2],
    suite: job.suite,
    attempts: [
      {
        attempt: 1,
        actor: app.bot,
        status: 'completed',
        conclusion: 'failure',
        startedAt: at,
        updatedAt: now(),
        jobs: [
          {
            id: world.nextId(),
            run: runId,
            attempt: 1,
            name: 'test',
            labels: ['ubuntu-latest'],
            status: 'completed',
            conclusion: 'failure',
            createdAt: at,
            startedAt: at,
            completedAt: now(),
            checkRun: job.id,
            steps: [
              { ...step, number: 1, name: 'Set up job', conclusion: 'success' },
              {
                ...step,
                number: 2,
                name: 'Run npm test',
                conclusion: 'failure',
                summary: '## Tests\n\n1 of 14 failed: `sum > sparse`',
              },
              { ...step, number: 3, name: 'Upload coverage', conclusion: 'skipped' },
            ],
            log: [
              `${at.replace('Z', '.1234567Z')} ##[group]Run npm test`,
              `${at.replace('Z', '.1300000Z')} shell: /usr/bin/bash -e {0}`,
              `${at.replace('Z', '.1400000Z')} ##[endgroup]`,
              `${at.replace('Z', '.2000000Z')} \u001B[31mnot ok 14\u001B[0m sum > sparse <script>window.ran = true</script>`,
              `${at.replace('Z', '.3000000Z')} ##[error]Process completed with exit code 1.`,
              '',
            ].join('\n'),
          },
        ],
      },
    ],
    payload: {},
    inputs: {},
    awaitsApproval: false,
  }
  repository.runs.set(run.id, run)
  repository.artifacts.set(1, {
    id: 1,
    run: run.id,
    attempt: 1,
    name: 'coverage',
    bytes: Buffer.alloc(20_480),
    digest: `sha256:${'ab'.repeat(32)}`,
    createdAt: at,
    expiresAt: clock.now() + 1000,
    expired: false,
  })
  return run
}
