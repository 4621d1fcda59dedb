// Owns the webhooks of checks and statuses: whose answers changed, and which of ours somebody wants again.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { Context, Reader } from './reader.ts'
import { Account, Id, actorOf, ignored, ignoring, reader } from './reader.ts'

const OfApp = z.object({ app: z.object({ id: Id }).nullish(), head_sha: Sha })

const CheckRun = z.object({
  check_run: OfApp.extend({ name: z.string().min(1), external_id: z.string().nullish() }),
  sender: Account.optional(),
})
const CheckSuite = z.object({ check_suite: OfApp, sender: Account.optional() })

const run = reader(CheckRun, ({ check_run }, context) => changed(check_run, context))
const suite = reader(CheckSuite, ({ check_suite }, context) => changed(check_suite, context))

function changed(check: z.infer<typeof OfApp>, context: Context) {
  return isOwn(check, context)
    ? ignored('A check of our own changed, which the one who wrote it knows.')
    : { touched: { heads: [check.head_sha] } }
}

function isOwn(check: z.infer<typeof OfApp>, { appId }: Context): boolean {
  return appId !== null && check.app?.id === appId
}

const runAgain = reader(CheckRun, ({ check_run, sender }, context) => {
  if (!isOwn(check_run, context)) return ignored('Another App is asked to run its check again.')
  const { name, head_sha: head } = check_run
  const external_id = check_run.external_id || null
  const by = sender === undefined ? null : actorOf(sender)
  return { touched: { rerequested: [{ name, head, external_id, by }] } }
})

const suiteAgain = reader(CheckSuite, ({ check_suite, sender }, context) => {
  if (!isOwn(check_suite, context)) return ignored('Another App is asked to run its checks again.')
  const by = sender === undefined ? null : actorOf(sender)
  return { touched: { rerequested: [{ name: null, head: check_suite.head_sha, external_id: null, by }] } }
})

export const CHECKS: Readonly<Record<string, Reader>> = {
  'check_run.created': run,
  'check_run.completed': run,
  'check_run.rerequested': runAgain,
  'check_run.requested_action': ignoring('Checks of Autopilot have no buttons of their own.'),
  'check_suite.completed': suite,
  // GitHub makes a suite for every App on every push; the pull request or the push is said by itself.
  'check_suite.requested': ignoring('A suite was made for a push, which is said by itself.'),
  'check_suite.rerequested': suiteAgain,
  status: reader(z.object({ sha: Sha }), ({ sha }) => ({ touched: { heads: [sha] } })),
}
