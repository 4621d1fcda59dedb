// Owns MONITOR on a forge (R154): after the merge the default branch's checks are watched until they have ended.
import { evidenceJson } from '../contracts/canonical.ts'
import type { Observation } from '../contracts/outcome.ts'
import { newestOfEach, type ReportedCheck } from '../contracts/pull-facts.ts'
import { readOutcome } from '../pipeline/closing.ts'
import type { TaskEngine } from '../pipeline/engine.ts'
import type { StageContext, StageResult } from '../pipeline/stage.ts'
import { stopWith } from '../pipeline/stopping.ts'
import { observedChecks } from './observed-checks.ts'
import type { Service } from './parts.ts'
import type { TaskState } from '../process/state.ts'
import { redAfterMerge, unknownAfterMerge } from '../report/answers/pulls.ts'
import { placeOf, putIndex, atOf, type Place } from './place.ts'
import { LONGEST_RUN_MS } from './runs.ts'
import { say } from './saying.ts'

/** Conclusions of a check that is over and not red. Source: docs.github.com, "Check runs", conclusion. */
const FINE = new Set(['success', 'neutral', 'skipped'])

/** Between two looks: as long as has been waited, so that each wait is twice the one before it. */
const SOONEST_LOOK_MS = 60_000
const LATEST_LOOK_MS = 30 * 60_000

/** How the reason of a task begins whose default branch was watched to no end. */
export const NOT_KNOWN = 'Not known: '

export function watchStage(service: Service) {
  return async function watch(context: StageContext<TaskEngine>): Promise<StageResult> {
    const { state, phase } = context
    const { task, merged, run } = state
    if (task === null || merged === null || run?.closed == null) throw new Error('MONITOR: nothing is merged')
    const place = await placeOf(service, task)
    const { reader } = service.forge(atOf(place))
    const commit = merged.commit ?? (await reader.branch(place.into))?.sha
    if (commit !== undefined) {
      const index = { kind: 'head', repository: place.repository.id, sha: commit } as const
      await service.store.transaction((tx) => putIndex(tx, index, task))
    }
    const checks = commit === undefined ? [] : newestOfEach(await reader.checks(commit))
    const open = checks.filter((check) => check.status !== 'completed')
    const red = checks.filter(isRed)
    const where = `${place.into} at ${(commit ?? merged.head).slice(0, 7)}`
    if (red.length > 0) {
      const names = red.map((check) => `${check.name} (${check.conclusion ?? ''})`).join(', ')
      await sayRed(service, state, place, { red, commit: commit ?? merged.head })
      return stopWith(phase, {
        rule: 'default-branch-red',
        reason: `After the merge ${where} is red: ${names}`,
        would_help: `look at ${red[0]?.url ?? 'its checks'}; revert the merge when the change is the cause`,
      })
    }
    const entered = state.phase === null ? 0 : Date.parse(state.phase.entered_at)
    const age = service.clock.now().getTime() - entered
    const young = age < service.limits.monitorMs
    if (open.length > 0 && age >= LONGEST_RUN_MS) {
      const names = open.map((check) => check.name).join(', ')
      await sayNotKnown(service, state, place, { open, commit: commit ?? merged.head })
      return stopWith(phase, {
        rule: 'default-branch-unknown',
        reason: `${NOT_KNOWN}whether ${where} is green after the merge: ${names} had not ended a day later`,
        would_help: `look at ${open[0]?.url ?? 'its checks'}`,
      })
    }
    if (open.length > 0 || (checks.length === 0 && young)) {
      const what =
        open.length > 0 ? `${open.map((check) => check.name).join(', ')} on ${where}` : `checks on ${where}`
      // webhooks tell of an end; looking only finds what they lost
      const wait = Math.min(Math.max(age, SOONEST_LOOK_MS), LATEST_LOOK_MS)
      return {
        kind: 'waiting',
        for: what,
        until: new Date(entered + Math.max(service.limits.monitorMs, age + wait)),
      }
    }
    const files = {
      'smoke_test_results.json': evidenceJson(seen('smoke', checks, where)),
      'deployment_status.json': evidenceJson(noDeployment()),
      'outcome.json': evidenceJson(await readOutcome(service, run.closed.outcome)),
    }
    const note =
      checks.length === 0 ? `no checks ran on ${where}` : `${checks.length} checks of ${where} ended well`
    return { kind: 'passed', files, note }
  }
}

/** Escalated to who asked and to who merged: Autopilot does not undo what a policy or a person let in. */
async function sayRed(
  service: Service,
  { task, pull, merged }: TaskState,
  place: Place,
  { red, commit }: { red: readonly ReportedCheck[]; commit: string },
): Promise<void> {
  if (task === null || pull === null) return
  const before = newestOfEach(await service.forge(atOf(place)).reader.checks(place.rules_at))
  const names = red.map(({ name }) => name)
  const notice = redAfterMerge({
    branch: place.into,
    commit,
    checks: red.map(({ name, url }) => ({ text: name, url: url ?? '' })),
    before: before.filter((one) => names.includes(one.name) && isRed(one)).map(({ name }) => name),
    people: [place.by.login, ...(merged?.by.startsWith('@') === true ? [merged.by.slice(1)] : [])],
  })
  await say(service, { task, place, number: pull.number, key: 'red-after-merge', notice })
}

/** No check that ever ends is still out after a day; one that nobody finishes is for people. */
async function sayNotKnown(
  service: Service,
  { task, pull }: TaskState,
  place: Place,
  { open, commit }: { open: readonly ReportedCheck[]; commit: string },
): Promise<void> {
  if (task === null || pull === null) return
  const notice = unknownAfterMerge({
    branch: place.into,
    commit,
    checks: open.map(({ name, url }) => ({ text: name, url: url ?? '' })),
    people: [place.by.login],
  })
  await say(service, { task, place, number: pull.number, key: 'unknown-after-merge', notice })
}

function isRed({ conclusion }: ReportedCheck): boolean {
  return conclusion !== null && !FINE.has(conclusion)
}

function seen(what: Observation['what'], checks: readonly ReportedCheck[], where: string): Observation {
  const items = observedChecks(checks)
  return {
    schema: 'autopilot/observation@1',
    what,
    status: items.length === 0 ? 'not_applicable' : 'success',
    reason:
      items.length === 0 ? `No check ran on ${where}.` : `All checks of ${where} ended, none of them red.`,
    items,
  }
}

function noDeployment(): Observation {
  const reason = 'Deployments are not watched: their environments report as checks or not at all.'
  return {
    schema: 'autopilot/observation@1',
    what: 'deployment',
    status: 'not_applicable',
    reason,
    items: [],
  }
}
