// Owns whether an installation is told of an event: its permissions, its subscription, and what needs none.
import type { ForgeEvent } from '../events.ts'
import { eventPermissionOf } from '../permissions/events.ts'
import type { Permission } from '../permissions/row.ts'
import type { Installation, Level } from '../world/accounts.ts'

const LEVELS: readonly Level[] = ['read', 'write', 'admin']
/** An App that may write checks hears of these without subscribing. */
const UNASKED: readonly string[] = ['check_run', 'check_suite']

function holds(installation: Installation, { permission, level }: Permission): boolean {
  const held = permission === 'metadata' ? 'read' : installation.permissions[permission]
  return held !== undefined && LEVELS.indexOf(held) >= LEVELS.indexOf(level)
}

export function mayHear(event: Pick<ForgeEvent, 'name' | 'action'>, installation: Installation): boolean {
  const { needs, actions } = eventPermissionOf(event.name)
  if (needs === 'always') return true
  const more = actions?.[event.action ?? '']
  if (!needs.some((need) => holds(installation, need))) return false
  if (more !== undefined && !holds(installation, more)) return false
  const unasked =
    UNASKED.includes(event.name) && holds(installation, { permission: 'checks', level: 'write' })
  return unasked || installation.events.includes(event.name)
}
