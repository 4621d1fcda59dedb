// Owns the labels of a repository: found without regard to case, made, changed and deleted.
import { invalid, notFound } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, emit, noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { labelShape } from '../shapes/issue.ts'
import type { Label } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import type { Scene } from './issue-finding.ts'

/** What GitHub gives a label that comes to be by being added to an issue. */
const UNCHOSEN_COLOR = 'ededed'
/** Known from the API's own message; no page states it. */
const MOST_IN_NAME = 50
/** Source: docs.github.com, "Create a label". */
const MOST_IN_DESCRIPTION = 100

export function labelNamed(repository: Repository, name: string): Label | undefined {
  const wanted = name.trim().toLowerCase()
  return [...repository.labels.values()].find((label) => label.name.toLowerCase() === wanted)
}

function nameText(repository: Repository, name: string, except?: Label): string {
  const text = name.trim()
  if (text === '') throw invalid('Label', 'name', 'missing_field')
  if (text.length > MOST_IN_NAME) {
    throw invalid('Label', 'name', 'custom', `name is too long (maximum is ${MOST_IN_NAME} characters)`)
  }
  const taken = labelNamed(repository, text)
  if (taken !== undefined && taken !== except) throw invalid('Label', 'name', 'already_exists')
  return text
}

function colorText(color: string): string {
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid('Label', 'color', 'invalid')
  return color.toLowerCase()
}

function descriptionText(description: string): string {
  if (description.length <= MOST_IN_DESCRIPTION) return description
  const message = `description is too long (maximum is ${MOST_IN_DESCRIPTION} characters)`
  throw invalid('Label', 'description', 'custom', message)
}

function sayLabel(scene: Scene, action: string, label: Label, extra: object = {}): void {
  emit(scene, 'label', action, { label: labelShape(scene.forge, scene.repository, label), ...extra })
}

export function makeLabel(
  scene: Scene,
  wanted: { readonly name: string; readonly color?: string; readonly description?: string },
): Label {
  const { forge, repository } = scene
  const label: Label = {
    id: forge.world.nextId(),
    name: nameText(repository, wanted.name),
    color: colorText(wanted.color ?? UNCHOSEN_COLOR),
    description: wanted.description === undefined ? null : descriptionText(wanted.description),
    default: false,
  }
  repository.labels.set(label.name, label)
  sayLabel(scene, 'created', label)
  return label
}

function labelIn(call: Pick<Call, 'params' | 'repository'>): Label {
  const found = labelNamed(call.repository, call.params['name'] ?? '')
  if (found === undefined) throw notFound()
  return found
}

function rename(repository: Repository, label: Label, name: string): void {
  const before = label.name
  repository.labels.delete(before)
  label.name = name
  repository.labels.set(name, label)
  for (const issue of repository.issues.values()) {
    issue.labels = issue.labels.map((one) => (one === before ? name : one))
  }
}

function change(
  scene: Scene,
  label: Label,
  wanted: { new_name?: string; color?: string; description?: string } = {},
): void {
  const { repository } = scene
  const name = wanted.new_name === undefined ? label.name : nameText(repository, wanted.new_name, label)
  const color = wanted.color === undefined ? label.color : colorText(wanted.color)
  const description =
    wanted.description === undefined ? label.description : descriptionText(wanted.description)
  const before = { name: label.name, color: label.color, description: label.description }
  if (name !== before.name) rename(repository, label, name)
  Object.assign(label, { color, description })
  const changes = {
    ...(name === before.name ? {} : { name: { from: before.name } }),
    ...(color === before.color ? {} : { color: { from: before.color } }),
    ...(description === before.description ? {} : { description: { from: before.description ?? '' } }),
  }
  if (Object.keys(changes).length > 0) sayLabel(scene, 'edited', label, { changes })
}

export const labelOperations: Operations = {
  'issues/list-labels-for-repo': (call) =>
    page(call, [...call.repository.labels.values()], (label) =>
      labelShape(call.forge, call.repository, label),
    ),
  'issues/get-label': (call) => ok(labelShape(call.forge, call.repository, labelIn(call))),
  'issues/create-label': (call) => {
    const shape = labelShape(call.forge, call.repository, makeLabel(call, call.body))
    return created(shape, shape.url)
  },
  'issues/update-label': (call) => {
    const label = labelIn(call)
    change(call, label, call.body)
    return ok(labelShape(call.forge, call.repository, label))
  },
  'issues/delete-label': (call) => {
    const { repository } = call
    const label = labelIn(call)
    repository.labels.delete(label.name)
    for (const issue of repository.issues.values()) {
      issue.labels = issue.labels.filter((name) => name !== label.name)
    }
    sayLabel(call, 'deleted', label)
    return noContent()
  },
}
