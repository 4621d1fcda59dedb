// Owns how a person leaves GitHub: the account and its rights go, what they wrote stays.
import type { Forge } from '../forge.ts'
import { accountCalled } from './accounts.ts'

/** @throws {Error} for an account that owns repositories: these are transferred or deleted first */
export function deleteUser({ world, clock }: Forge, login: string): void {
  const account = accountCalled(world, login)
  const owned = [...world.repositories.values()].find(({ owner }) => owner.id === account.id)
  if (account.type !== 'User' || owned !== undefined) {
    throw new Error(`"${login}" cannot be deleted: it owns ${owned?.name ?? 'an App or is no person'}`)
  }
  account.deletedAt = clock.iso()
  world.accounts.delete(account.id)
  for (const [text, token] of world.tokens) {
    if (token.kind === 'user' && token.account.id === account.id) world.tokens.delete(text)
  }
  for (const members of world.members.values()) members.delete(account.id)
  for (const { members } of world.teams.values()) members.delete(account.id)
  const others = ({ id }: { readonly id: number }) => id !== account.id
  for (const repository of world.repositories.values()) {
    repository.collaborators.delete(account.id)
    for (const issue of repository.issues.values()) issue.assignees = issue.assignees.filter(others)
    for (const pull of repository.pulls.values()) {
      pull.requestedReviewers = pull.requestedReviewers.filter(others)
    }
  }
}
