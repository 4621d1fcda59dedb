// Owns GitHub Actions on the loopback: events start runs; the runner is loaded when a workflow may first run.
import { join } from 'node:path'
import type { ForgeEvent } from '../events.ts'
import type { Faults } from '../faults/faults.ts'
import type { Forge } from '../forge.ts'
import type { Oracle } from '../openapi/oracle.ts'
import type { Runner } from '../runner/runner.ts'
import type { Rerun } from '../runner/schedule/rerun.ts'
import type { RunnerSettings } from '../runner/settings.ts'
import type { TriggerEvent } from '../runner/triggers/trigger-event.ts'
import type { Account } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import type { WorkflowRun } from '../world/runs.ts'
import { makeApproval } from './approval.ts'
import type { Downloads } from './downloads.ts'
import { makeDownloads } from './downloads.ts'
import type { ForgeHost } from './host.ts'
import { makeForgeHost } from './host.ts'
import { needsApproval } from './pull-triggers.ts'
import { makeQueue, makeSayings } from './sayings.ts'
import { actorOf } from './trigger-at.ts'
import { triggersOf } from './triggers.ts'
import { isDisabled, syncWorkflows, workflowFilesAt } from './workflow-files.ts'

export interface Actions {
  /** false where the loopback was started without: no event starts a workflow */
  readonly enabled: boolean
  readonly downloads: Downloads
  /** Starts a workflow by hand; ids of the runs. */
  dispatch(repository: Repository, event: TriggerEvent): Promise<readonly number[]>
  /** false where the run is over */
  cancel(run: WorkflowRun, force: boolean): boolean
  /** false where it cannot run again: it goes on, or never was a valid workflow */
  rerun(run: WorkflowRun, what: Rerun['what'], by: Account): boolean
  /** Lets a run go on that waits for it; false where it does not. */
  approve(repository: Repository, run: WorkflowRun): boolean
  hear(event: ForgeEvent): void
  busy(): boolean
  /** Until no run is in progress. */
  settled(): Promise<void>
  /** Kills what runs, and starts nothing more. */
  close(): Promise<void>
}

export interface ActionsNeeds {
  readonly forge: () => Forge
  readonly faults: Faults
  readonly oracle: Oracle
  readonly folder: string
  /** where signed downloads are served */
  readonly downloadOrigin: () => string
  readonly settings: Partial<RunnerSettings> | false
}

interface Loaded {
  readonly host: ForgeHost
  readonly runner: Runner
}

export function makeActions(needs: ActionsNeeds): Actions {
  const { forge, folder, settings } = needs
  const sayings = makeSayings(forge)
  const inOrder = makeQueue(forge)
  let loading: Promise<Loaded> | undefined
  let loaded: Loaded | undefined
  let closed = false

  async function load(): Promise<Loaded> {
    const { makeRunner } = await import('../runner/runner.ts')
    const host = makeForgeHost(forge(), sayings, folder)
    const chosen = settings === false ? {} : settings
    loaded = { host, runner: makeRunner(host, { workFolder: join(folder, 'jobs'), ...chosen }) }
    return loaded
  }
  const ready = () => (loading ??= load())
  const approval = makeApproval(forge, sayings)

  async function start(repository: Repository, event: TriggerEvent): Promise<readonly number[]> {
    const files = await workflowFilesAt(repository, event.workflowSha)
    const mayStart = files.some(
      ({ path, text }) =>
        !isDisabled(repository, path) && (event.name === 'push' || text.includes(event.name)),
    )
    if (!mayStart || closed) return []
    if (needsApproval(forge(), repository, event)) return approval.hold(repository, event, files)
    return (await ready()).runner.dispatch(event)
  }

  return {
    enabled: settings !== false,
    downloads: makeDownloads({ ...needs, origin: needs.downloadOrigin }),
    dispatch: (repository, event) => inOrder(() => start(repository, event)),
    cancel: (run, force) => loaded?.runner.cancel(run.id, force) ?? false,
    rerun: (run, what, by) => loaded?.runner.rerun(run.id, { what, actor: actorOf(by) }) ?? false,
    approve(repository, run) {
      const event = approval.release(repository, run)
      if (event === undefined) return false
      const begin = async () => {
        const { host, runner } = await ready()
        host.adopt(event, run)
        if (!closed) await runner.dispatch(event)
      }
      inOrder(begin).catch(() => undefined)
      return true
    },
    hear(event) {
      const { repository } = event
      if (settings === false || closed || repository === undefined) return
      const begin = async () => {
        await syncWorkflows(forge(), repository)
        for (const trigger of await triggersOf(forge(), event)) await start(repository, trigger)
      }
      inOrder(begin).catch(() => undefined)
    },
    busy: () => loaded?.runner.busy() ?? false,
    settled: async () => {
      await loaded?.runner.settled()
    },
    async close() {
      closed = true
      await loading
      await loaded?.runner.close()
    },
  }
}
