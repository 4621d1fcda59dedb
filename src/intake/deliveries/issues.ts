// Owns the webhooks of issues: the label starts a task, its removal and the issue's end cancel it.
import { z } from 'zod'
import type { Cancel } from './delivery.ts'
import type { Context, Reader } from './reader.ts'
import { Id, Repository, WithSender, actorOf, ignored, ignoring, onOf, reader } from './reader.ts'

const WithIssue = WithSender.extend({
  repository: Repository,
  issue: z.object({
    number: Id,
    state: z.string().optional(),
    pull_request: z.unknown().optional(),
  }),
})
const WithLabel = WithIssue.extend({ label: z.object({ name: z.string() }).optional() })
const Transferred = WithIssue.extend({
  changes: z.object({ new_issue: z.object({ number: Id }), new_repository: Repository }),
})

const labeled = reader(WithLabel, ({ issue, label, sender, repository }, context) => {
  if (!isOurs(label?.name, context)) return ignored('Another label.')
  if (issue.state === 'closed') return ignored('The issue is closed.')
  const on = onOf(issue)
  const by = actorOf(sender)
  const source = `label:${context.guid}`
  if (by.kind === 'bot') {
    const text = `A bot put the label \`${context.label}\` on, which starts nothing. Someone with write access can take it off and put it on again, or comment \`/autopilot\`.`
    return { answers: [{ kind: 'bot', number: issue.number, on, by, source, text }] }
  }
  if (on === 'pull')
    return ignored('A label starts a task on an issue only; on a pull request /autopilot does.')
  const command = {
    name: 'autopilot',
    text: '',
    repository,
    number: issue.number,
    on,
    by,
    at: context.receivedAt,
    source,
  } as const
  return { commands: [command], implied: true }
})

const unlabeled = reader(WithLabel, ({ issue, label, sender }, context) =>
  isOurs(label?.name, context)
    ? { cancels: [cancel('unlabelled', issue, sender, context)] }
    : ignored('Another label.'),
)

/** GitHub folds the case of labels: `Autopilot` and `autopilot` are one. */
function isOurs(name: string | undefined, { label }: Context): boolean {
  return name?.toLowerCase() === label.toLowerCase()
}

function cancel(
  because: Cancel['because'],
  issue: { number: number },
  sender: Parameters<typeof actorOf>[0],
  { guid, receivedAt }: Context,
  to: Cancel['to'] = null,
): Cancel {
  const source = `${because === 'unlabelled' ? 'label' : 'close'}:${guid}`
  return { because, number: issue.number, by: actorOf(sender), at: receivedAt, source, to }
}

function ending(because: 'closed' | 'deleted'): Reader {
  return reader(WithIssue, ({ issue, sender }, context) => ({
    cancels: [cancel(because, issue, sender, context)],
  }))
}

const Edited = WithIssue.extend({
  changes: z.object({ title: z.unknown().optional(), body: z.unknown().optional() }).optional(),
})
const edited = reader(Edited, ({ issue, changes }) => ({
  touched: {
    issues: [issue.number],
    edited: changes?.title === undefined && changes?.body === undefined ? [] : [issue.number],
  },
}))

const touching = reader(WithIssue, ({ issue }) => ({ touched: { issues: [issue.number] } }))

export const ISSUES: Readonly<Record<string, Reader>> = {
  'issues.labeled': labeled,
  'issues.unlabeled': unlabeled,
  'issues.closed': ending('closed'),
  'issues.deleted': ending('deleted'),
  'issues.transferred': reader(Transferred, ({ issue, sender, changes }, context) => {
    const to = { repository: changes.new_repository, number: changes.new_issue.number }
    return { cancels: [cancel('transferred', issue, sender, context, to)] }
  }),
  // The task goes on with the text it began with; people are told that the text is another now.
  'issues.edited': edited,
  'issues.reopened': touching,
  'issues.opened': ignoring('A new issue; its labels come as deliveries of their own.'),
}
