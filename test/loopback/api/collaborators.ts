// Owns who has access to a repository, and with which role, as GitHub tells it.
import { notFound } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { simpleUser } from '../shapes/account.ts'
import { rolePermissions, teamShape } from '../shapes/organization.ts'
import type { Account, Role } from '../world/accounts.ts'
import { mayRead, roleOf, teamRole } from '../world/roles.ts'
import { accountNamed } from '../world/world.ts'

type Asked = Pick<Call, 'forge' | 'repository' | 'params' | 'query'>

/** The four words of `permission`: maintain shows as write, triage as read. */
const FOUR: Readonly<Record<Role, 'read' | 'write' | 'admin'>> = {
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
}

/** People only: an App's bot and an organization are no users; assumed, the worse answer for an asker. */
function personIn(call: Asked): Account {
  const found = accountNamed(call.forge.world, call.params['username'] ?? '')
  if (found?.type !== 'User') throw notFound()
  return found
}

function collaborator(call: Asked, account: Account, role: Role | undefined) {
  return {
    ...simpleUser(call.forge, account),
    permissions: rolePermissions(role),
    role_name: role ?? 'none',
  }
}

type Affiliation = 'outside' | 'direct' | 'all'

/** Source: docs.github.com, "List repository collaborators". */
function affiliated(call: Asked, account: Account, affiliation: Affiliation): boolean {
  const { forge, repository } = call
  const direct = repository.collaborators.has(account.id) || repository.owner.id === account.id
  const member = forge.world.members.get(repository.owner.id)?.has(account.id) === true
  if (affiliation === 'direct') return direct
  return affiliation === 'all' || (direct && !member && repository.owner.id !== account.id)
}

function collaborators(call: Asked) {
  const { forge, repository, query } = call
  const permission = query.get('permission') as keyof ReturnType<typeof rolePermissions> | null
  const affiliation = (query.get('affiliation') ?? 'all') as Affiliation
  return [...forge.world.accounts.values()].flatMap((account) => {
    const role = account.type === 'User' ? roleOf(forge.world, account, repository) : undefined
    if (role === undefined || !affiliated(call, account, affiliation)) return []
    return permission === null || rolePermissions(role)[permission] ? [{ account, role }] : []
  })
}

export const collaboratorOperations: Operations = {
  'repos/list-collaborators': (call) =>
    page(call, collaborators(call), ({ account, role }) => collaborator(call, account, role)),
  'repos/check-collaborator': (call) => {
    const account = accountNamed(call.forge.world, call.params['username'] ?? '')
    if (account === undefined || roleOf(call.forge.world, account, call.repository) === undefined) {
      throw notFound()
    }
    return noContent()
  },
  'repos/get-collaborator-permission-level': (call) => {
    const { forge, repository } = call
    const account = personIn(call)
    const given = roleOf(forge.world, account, repository)
    const role = given ?? (mayRead(forge.world, account, repository) ? 'read' : undefined)
    return ok({
      permission: role === undefined ? 'none' : FOUR[role],
      role_name: role ?? 'none',
      user: collaborator(call, account, role),
    })
  },
  'repos/list-teams': (call) => {
    const given = [...call.forge.world.teams.values()].flatMap((team) => {
      const role = teamRole(team, call.repository)
      return role === undefined ? [] : [{ team, role }]
    })
    return page(call, given, ({ team, role }) => teamShape(call.forge, team, role))
  },
}
