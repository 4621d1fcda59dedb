// Owns the loopback GitHub as the runner sees it: its records, tokens, files and artifacts.
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Forge } from '../forge.ts'
import { jobToken } from '../furnish/apps.ts'
import { repositoryCalled } from '../furnish/accounts.ts'
import { jobTokenPermissions } from '../permissions/job-token.ts'
import type { RunnerHost } from '../runner/host.ts'
import type { TriggerEvent } from '../runner/triggers/trigger-event.ts'
import type { Account, Permissions } from '../world/accounts.ts'
import type { CheckRun } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import type { RunAttempt, WorkflowJob, WorkflowRun } from '../world/runs.ts'
import { RETENTION_DAYS, makeArtifactStore } from './artifacts.ts'
import { accountWith, changeJob, recordAttempt, recordJob, recordRun } from './records.ts'
import type { Sayings } from './sayings.ts'
import { isDisabled, workflowFilesAt } from './workflow-files.ts'

interface LiveRun {
  readonly repository: Repository
  readonly run: WorkflowRun
}

interface LiveJob extends LiveRun {
  readonly job: WorkflowJob
  readonly check: CheckRun
  readonly summaries: Map<number, string>
}

export interface ForgeHost extends RunnerHost {
  /** The next run that this event starts is the one that waited for approval. */
  adopt(event: TriggerEvent, run: WorkflowRun): void
}

function known<K, V>(map: ReadonlyMap<K, V>, key: K, what: string): V {
  const found = map.get(key)
  if (found === undefined) throw new Error(`the runner speaks of ${what} ${String(key)}, which is unknown`)
  return found
}

export function makeForgeHost(forge: Forge, sayings: Sayings, folder: string): ForgeHost {
  const runs = new Map<number, LiveRun>()
  const jobs = new Map<number, LiveJob>()
  const adopted = new Map<TriggerEvent, WorkflowRun>()
  const repositoryOf = (name: string) => repositoryCalled(forge.world, name)
  const attemptOf = (run: WorkflowRun, number: number): RunAttempt => {
    const found = run.attempts.find(({ attempt }) => attempt === number)
    if (found === undefined) throw new Error(`run ${run.id} has no attempt ${number}`)
    return found
  }
  const senderOf = ({ run }: LiveRun): Account => run.attempts.at(-1)?.actor ?? run.actor

  return {
    adopt: (event, run) => {
      adopted.set(event, run)
    },
    now: () => forge.clock.now(),
    serverUrl: forge.origin,
    apiUrl: forge.api,
    graphqlUrl: `${forge.origin}/api/graphql`,
    repository(name) {
      const { id, owner, defaultBranch, settings, variables, secrets, protections } = repositoryOf(name)
      return {
        id,
        owner: owner.login,
        ownerId: owner.id,
        defaultBranch,
        defaultPermissions: settings.defaultWorkflowPermissions,
        variables,
        secrets,
        retentionDays: RETENTION_DAYS,
        isProtected: (ref) => protections.has(ref.replace('refs/heads/', '')),
      }
    },
    async workflowFiles(name, sha) {
      const repository = repositoryOf(name)
      const files = await workflowFilesAt(repository, sha)
      return files.filter(({ path }) => !isDisabled(repository, path))
    },
    cloneUrl: (name) => `${forge.origin}/${name}`,
    fetchAction: (name, ref, target) => fetchAction(forge, name, ref, target),
    async issueToken({ repository: name, run, permissions }) {
      const held = Object.entries(permissions).filter(([permission]) =>
        (jobTokenPermissions as ReadonlySet<string>).has(permission),
      )
      const rights = Object.fromEntries(held) as Permissions
      const live = known(runs, run, 'run')
      return jobToken(forge, repositoryOf(name), rights, { runId: run, actor: senderOf(live) }).token
    },
    async revokeToken(text) {
      const token = forge.world.tokens.get(text)
      if (token?.kind === 'installation') token.revoked = true
    },
    createRun(wanted) {
      const repository = repositoryOf(wanted.event.repository)
      const before = adopted.get(wanted.event)
      adopted.delete(wanted.event)
      if (before !== undefined) before.title = wanted.title
      const run = before ?? recordRun(forge, repository, wanted)
      runs.set(run.id, { repository, run })
      return { id: run.id, number: run.number }
    },
    beginAttempt({ run: id, attempt, actor, kept }) {
      const { repository, run } = known(runs, id, 'run')
      const account = accountWith(forge, actor.id)
      const begun = recordAttempt(forge, run, { attempt, actor: account, kept })
      sayings.run(repository, run, begun, 'requested')
    },
    updateRun(id, number, { status, conclusion }) {
      const { repository, run } = known(runs, id, 'run')
      const attempt = attemptOf(run, number)
      const invalid = run.problem !== undefined && conclusion === 'failure'
      attempt.status = status
      attempt.conclusion = invalid ? 'startup_failure' : conclusion
      attempt.updatedAt = forge.clock.iso()
      if (status === 'in_progress' || status === 'completed') sayings.run(repository, run, attempt, status)
    },
    createJob(wanted) {
      const live = known(runs, wanted.run, 'run')
      const { repository, run } = live
      const made = recordJob(forge, repository, run, wanted)
      jobs.set(made.job.id, { ...live, ...made, summaries: new Map() })
      sayings.check(repository, senderOf(live), made.check, 'created')
      sayings.job(repository, run, made.job, 'queued')
      return { id: made.job.id, checkRun: made.check.id }
    },
    updateJob(id, change) {
      const live = known(jobs, id, 'job')
      const { repository, run, job, check, summaries } = live
      const before = job.status
      changeJob(forge, job, check, change, summaries)
      if (before === change.status) return
      if (change.status === 'in_progress') sayings.job(repository, run, job, 'in_progress')
      if (change.status !== 'completed') return
      sayings.job(repository, run, job, 'completed')
      sayings.check(repository, senderOf(live), check, 'completed')
    },
    log(id, step, line) {
      const { job } = known(jobs, id, 'job')
      job.log += `${line}\n`
      job.stepLogs?.set(step, `${job.stepLogs.get(step) ?? ''}${line}\n`)
    },
    annotate(id, { level, message, title, path, startLine, endLine, startColumn, endColumn }) {
      const place = { path, startLine, endLine, startColumn, endColumn }
      known(jobs, id, 'job').check.annotations.push({ level, message, title, ...place, rawDetails: null })
    },
    summarize(id, step, markdown) {
      known(jobs, id, 'job').summaries.set(step, markdown)
    },
    artifacts: makeArtifactStore(
      () => forge,
      (run) => known(runs, run, 'run').repository,
    ),
    cacheFolder: (name) => join(folder, 'caches', String(repositoryOf(name).id)),
  }
}

/** Another repository's private actions cannot be used; source: docs.github.com, "Sharing actions and workflows". */
async function fetchAction(forge: Forge, name: string, ref: string, folder: string): Promise<boolean> {
  const [owner = '', short = ''] = name.split('/')
  const repository = forge.world.names.get(`${owner}/${short}`.toLowerCase())
  if (repository === undefined || repository.private) return false
  const { git } = repository
  const tree = await git.tree(ref, { recursive: true })
  if (tree === undefined) return false
  for (const { path, mode, type, sha } of tree.entries) {
    const content = type === 'blob' ? (await git.object(sha))?.content : undefined
    if (content === undefined) continue
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    if (mode === '120000') await symlink(content.toString('utf8'), file)
    else await writeFile(file, content)
    if (mode === '100755') await chmod(file, 0o755)
  }
  return true
}
