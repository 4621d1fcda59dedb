// Owns forking a repository, and the errors of its CODEOWNERS.
import { readCodeowners } from '../codeowners.ts'
import { pusherOf, say } from '../doings.ts'
import { makeRepository } from '../furnish/repositories.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { accepted, accountIn, ok } from '../server/call.ts'
import { fullRepository, repositoryShape } from '../shapes/repository.ts'
import type { Account } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { accountNamed, installationOn, repositoryNamed } from '../world/world.ts'

function destination(call: Call<'repos/create-fork'>): Account {
  const { forge, actor, body } = call
  const login = body?.organization
  if (login === undefined) {
    if (actor.kind === 'user') return accountIn(call)
    throw new ApiError(403, 'Resource not accessible by integration')
  }
  const organization = accountNamed(forge.world, login)
  if (organization?.type !== 'Organization')
    throw unprocessable(`'${login}' is the login for a user account.`)
  const member =
    actor.kind !== 'user' || forge.world.members.get(organization.id)?.has(actor.account.id) === true
  if (!member) throw new ApiError(403, `You cannot fork into ${login}.`)
  return organization
}

async function keepDefault(fork: Repository): Promise<void> {
  const main = `refs/heads/${fork.defaultBranch}`
  for (const { name } of await fork.git.refs('refs/')) {
    if (name !== main) await fork.git.deleteRef(name)
  }
}

async function createFork(call: Call<'repos/create-fork'>): Promise<Reply> {
  const { forge, repository, actor, body } = call
  const owner = destination(call)
  const name = body?.name ?? repository.name
  const taken = repositoryNamed(forge.world, owner.login, name)
  if (taken !== undefined && !taken.moved) {
    // asking again answers with the fork that is there
    if (taken.repository.fork?.parent.id === repository.id) {
      return accepted(fullRepository(forge, taken.repository, { account: owner, seesSettings: true }))
    }
    throw unprocessable('Name already exists on this account')
  }
  if (owner.id === repository.owner.id)
    throw unprocessable('A repository cannot be forked into its own account.')
  if (actor.kind === 'installation') {
    const there = [...forge.world.installations.values()].some(
      ({ app, account, repositories }) =>
        app.id === actor.app.id && account.id === owner.id && repositories === 'all',
    )
    if (!there || installationOn(forge.world, actor.app, repository) === undefined) {
      throw new ApiError(403, 'Resource not accessible by integration')
    }
  }
  const fork = await makeRepository(forge, {
    owner: owner.login,
    name,
    private: repository.private,
    ...(repository.description === null ? {} : { description: repository.description }),
    defaultBranch: repository.defaultBranch,
    settings: { draftsOffered: repository.settings.draftsOffered, hasIssues: false },
    forkOf: repository,
  })
  if (body?.default_branch_only === true) await keepDefault(fork)
  const { has_discussions: _unknown, ...forkee } = repositoryShape(forge, fork)
  say(forge, repository, pusherOf(call), {
    name: 'fork',
    payload: { forkee: { ...forkee, public: !fork.private } },
  })
  return accepted(fullRepository(forge, fork, { account: accountIn(call), seesSettings: true }))
}

export const forkOperations: Operations = {
  'repos/create-fork': createFork,
  'repos/codeowners-errors': async (call) => {
    const ref = call.query.get('ref') ?? call.repository.defaultBranch
    const file = await readCodeowners(call.repository, ref)
    if (file === undefined) throw notFound()
    return ok({ errors: file.errors.map((error) => ({ ...error, path: file.path })) })
  },
}
