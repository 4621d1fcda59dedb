// Owns the labels on one issue or pull request: added, set, removed, each change with its event.
import { mark, pusherOf } from '../doings.ts'
import { notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { labelShape, labelsOf } from '../shapes/issue.ts'
import type { Issue, Label } from '../world/issues.ts'
import { issueEvent, touch } from './issue-event.ts'
import type { Scene } from './issue-finding.ts'
import { issueIn, requireRole } from './issue-finding.ts'
import { labelNamed, makeLabel } from './labels.ts'

/** Known from the API's own message; no page states it. */
const MOST_ON_ISSUE = 100

/** As requests name a label: its name, or an object with it. */
export type LabelName = string | { readonly name?: string; readonly suggest?: boolean }

function nameOf(wanted: LabelName): string {
  if (typeof wanted === 'string') return wanted
  if (wanted.suggest === true) throw new Error('the loopback knows no suggested labels')
  return wanted.name ?? ''
}

/** Labels by name; one that the repository lacks is made, where the actor may. */
export function labelsNamed(scene: Scene, wanted: readonly LabelName[]): Label[] {
  const found = wanted.map(nameOf).map((name) => {
    const known = labelNamed(scene.repository, name)
    if (known === undefined) requireRole(scene, 'write')
    return known ?? name
  })
  const labels = found.map((one) =>
    typeof one === 'string' ? (labelNamed(scene.repository, one) ?? makeLabel(scene, { name: one })) : one,
  )
  return [...new Set(labels)]
}

async function say(scene: Scene, issue: Issue, event: 'labeled' | 'unlabeled', labels: readonly Label[]) {
  const { forge, repository } = scene
  for (const label of labels) {
    mark(forge, repository, issue.number, pusherOf(scene), event, {
      label: { name: label.name, color: label.color },
    })
  }
  for (const label of labels) {
    await issueEvent(scene, event, issue, { label: labelShape(forge, repository, label) })
  }
}

/** Makes these the issue's labels. All are changed before the first event, so each event shows the last state. */
export async function putLabels(scene: Scene, issue: Issue, labels: readonly Label[]): Promise<void> {
  if (labels.length > MOST_ON_ISSUE) {
    throw unprocessable(`An issue cannot have more than ${MOST_ON_ISSUE} labels.`)
  }
  const before = labelsOf(scene.repository, issue)
  const removed = before.filter((label) => !labels.includes(label))
  const added = labels.filter((label) => !before.includes(label))
  if (removed.length + added.length === 0) return
  issue.labels = labels.map((label) => label.name)
  touch(scene, issue)
  await say(scene, issue, 'unlabeled', removed)
  await say(scene, issue, 'labeled', added)
}

const shown = (call: Pick<Call, 'forge' | 'repository'>, issue: Issue) =>
  labelsOf(call.repository, issue).map((label) => labelShape(call.forge, call.repository, label))

export const issueLabelOperations: Operations = {
  'issues/list-labels-on-issue': (call) =>
    page(call, labelsOf(call.repository, issueIn(call)), (label) =>
      labelShape(call.forge, call.repository, label),
    ),
  'issues/add-labels': async (call) => {
    const issue = issueIn(call)
    const added = labelsNamed(call, call.body?.labels ?? [])
    const before = labelsOf(call.repository, issue)
    await putLabels(call, issue, [...before, ...added.filter((label) => !before.includes(label))])
    return ok(shown(call, issue))
  },
  'issues/set-labels': async (call) => {
    const issue = issueIn(call)
    await putLabels(call, issue, labelsNamed(call, call.body?.labels ?? []))
    return ok(shown(call, issue))
  },
  'issues/remove-label': async (call) => {
    const issue = issueIn(call)
    const label = labelNamed(call.repository, call.params['name'] ?? '')
    const before = labelsOf(call.repository, issue)
    if (label === undefined || !before.includes(label)) throw notFound()
    await putLabels(
      call,
      issue,
      before.filter((one) => one !== label),
    )
    return ok(shown(call, issue))
  },
  'issues/remove-all-labels': async (call) => {
    await putLabels(call, issueIn(call), [])
    return noContent()
  },
}
