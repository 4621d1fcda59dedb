// Owns the webhook of pushes: the default branch moved, or a branch of ours did.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { Reader } from './reader.ts'
import { Account, actorOf, ignored, reader } from './reader.ts'

const Push = z.object({
  ref: z.string().min(1),
  before: Sha,
  after: Sha,
  forced: z.boolean(),
  repository: z.object({ default_branch: z.string().min(1) }),
  sender: Account.optional(),
})

export const PUSHES: Readonly<Record<string, Reader>> = {
  push: reader(Push, ({ ref, before, after, forced, repository, sender }, { branchPrefix }) => {
    const isDefault = ref === `refs/heads/${repository.default_branch}`
    if (!isDefault && !ref.startsWith(`refs/heads/${branchPrefix}`)) return ignored('Another branch or tag.')
    const by = sender === undefined ? null : actorOf(sender)
    return { touched: { pushes: [{ ref, before, after, forced, isDefault, by }] } }
  }),
}
