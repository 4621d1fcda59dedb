// Owns how people gain and lose a role on a repository, with the events of it.
import type { Forge } from '../forge.ts'
import { emit } from '../server/call.ts'
import { simpleUser } from '../shapes/account.ts'
import type { Role } from '../world/accounts.ts'
import { accountCalled } from './accounts.ts'
import type { Deed } from './acting.ts'
import { sceneOf } from './acting.ts'

/** The three words of the event; source: docs.github.com, "Webhook events and payloads", member. */
const THREE: Readonly<Record<Role, 'read' | 'write' | 'admin'>> = {
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
}

/** The invitation is accepted at once. Another role for somebody who has one is told as `edited`. */
export function addCollaborator(
  forge: Forge,
  { login, role, ...deed }: Deed & { readonly login: string; readonly role: Role },
): void {
  const scene = sceneOf(forge, deed)
  const { collaborators } = scene.repository
  const account = accountCalled(forge.world, login)
  const before = collaborators.get(account.id)
  collaborators.set(account.id, role)
  const member = simpleUser(forge, account)
  if (before === undefined) {
    const changes = { permission: { to: THREE[role] }, role_name: { to: role } }
    emit(scene, 'member', 'added', { member, changes })
  } else if (before !== role) {
    const changes = { permission: { from: THREE[before], to: THREE[role] } }
    emit(scene, 'member', 'edited', { member, changes })
  }
}

export function removeCollaborator(
  forge: Forge,
  { login, ...deed }: Deed & { readonly login: string },
): void {
  const scene = sceneOf(forge, deed)
  const account = accountCalled(forge.world, login)
  if (!scene.repository.collaborators.delete(account.id)) return
  emit(scene, 'member', 'removed', { member: simpleUser(forge, account) })
}
