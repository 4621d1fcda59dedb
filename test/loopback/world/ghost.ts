// Owns who stands where somebody was whose account is gone.
import type { Account } from './accounts.ts'

/** Source: docs.github.com, "Webhook events and payloads", The sender property; the id is that of github.com/ghost. */
export const GHOST: Account = {
  id: 10_137,
  login: 'ghost',
  type: 'User',
  name: 'Deleted user',
  email: null,
  createdAt: '2008-05-13T06:14:25Z',
}

export const isGone = (account: Account): boolean => account.deletedAt !== undefined
