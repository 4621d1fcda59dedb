// Owns the judgement of every message of the loopback by GitHub's own description, and its count.
import { webhooks } from './description.ts'
import type { Operation, Webhook } from './description.ts'
import type { Problem } from './problems.ts'
import { renderProblem } from './problems.ts'
import type { Reply } from './reply.ts'
import { replyProblems } from './reply.ts'
import type { Request } from './request.ts'
import { requestProblems } from './request.ts'
import type { Tolerance } from './tolerances.ts'
import { TOLERANCES, tolerates } from './tolerances.ts'
import { problemsIn } from './validators.ts'

export interface Counts {
  requests: number
  replies: number
  /** Errors that an operation does not declare, judged by the general form of an error. */
  undeclaredErrors: number
  webhooks: number
  graphql: number
  /** Messages that no description covers, by kind. */
  exempt: Record<string, number>
  /** What was wrong, with the operation or webhook that it was wrong with. */
  unvalidated: string[]
}

export interface Oracle {
  /** Each gives its problems as sentences, none when the message is as GitHub describes it. */
  request(operation: Operation, request: Request): string[]
  reply(operation: Operation, reply: Reply): string[]
  webhook(event: string, action: string | undefined, body: unknown): string[]
  /** A request or reply of the GraphQL API, with what graphql-js said of it. */
  graphql(name: string, problems: readonly string[]): string[]
  /** A message of a kind that the description does not cover. */
  exempt(kind: string): void
  /** A message that should be covered and is not, such as a path of no selected operation. */
  outside(what: string): void
  /** A failure of the loopback itself, so that no test passes over it. */
  fail(what: string): void
  counts(): Counts
  /** Which operations were asked for, and how often; those of GraphQL as `graphql NAME`. */
  operations(): Readonly<Record<string, number>>
  /** Gives and forgets the problems so far: for a test that sends what is wrong. */
  takeProblems(): string[]
  usedTolerances(): readonly Tolerance[]
}

export function makeOracle(tolerances: readonly Tolerance[] = TOLERANCES): Oracle {
  const numbers = { requests: 0, replies: 0, undeclaredErrors: 0, webhooks: 0, graphql: 0 }
  const exempt: Record<string, number> = {}
  const asked: Record<string, number> = {}
  const count = (name: string) => {
    asked[name] = (asked[name] ?? 0) + 1
  }
  const used = new Set<Tolerance>()
  let unvalidated: string[] = []

  const remember = (of: string, part: Tolerance['part'], problems: readonly Problem[]): string[] => {
    const kept = problems.filter((problem) => {
      const tolerance = tolerances.find(
        (one) => one.of === of && one.part === part && tolerates(one, problem.pointer),
      )
      if (tolerance !== undefined) used.add(tolerance)
      return tolerance === undefined
    })
    const sentences = kept.map(renderProblem)
    unvalidated.push(...sentences.map((sentence) => `${part} ${of} ${sentence}`))
    return sentences
  }

  return {
    request(operation, request) {
      numbers.requests++
      count(operation.id)
      return remember(operation.id, 'request', requestProblems(operation, request))
    },
    reply(operation, reply) {
      const { counted, problems } = replyProblems(operation, reply)
      if (counted === 'undeclared error') numbers.undeclaredErrors++
      else if (counted === 'media type') exempt[counted] = (exempt[counted] ?? 0) + 1
      else numbers.replies++
      return remember(operation.id, 'reply', problems)
    },
    webhook(event, action, body) {
      numbers.webhooks++
      const found = findWebhook(event, action)
      const name = found?.name ?? webhookName(event, action)
      return remember(name, 'webhook', webhookProblems(found, body))
    },
    graphql(name, problems) {
      numbers.graphql++
      count(`graphql ${name}`)
      unvalidated.push(...problems.map((problem) => `graphql ${name}: ${problem}`))
      return [...problems]
    },
    exempt(kind) {
      exempt[kind] = (exempt[kind] ?? 0) + 1
    },
    outside(what) {
      unvalidated.push(`${what} is not part of the subset of GitHub's description; add it to selection.json`)
    },
    fail(what) {
      unvalidated.push(`the loopback failed: ${what}`)
    },
    counts: () => ({ ...numbers, exempt: { ...exempt }, unvalidated: [...unvalidated] }),
    operations: () => ({ ...asked }),
    takeProblems() {
      const taken = unvalidated
      unvalidated = []
      return taken
    },
    usedTolerances: () => [...used],
  }
}

function webhookProblems(found: Webhook | undefined, body: unknown): Problem[] {
  if (found === undefined) return [{ pointer: '', what: 'GitHub describes no such webhook in the subset' }]
  const key = `webhook ${found.name}`
  return problemsIn({ half: 'webhooks', variant: 'closed', key, schema: found.body }, body)
}

/** Event and action as in the headers and the payload; the action of a repository_dispatch is its sender's own word. */
function findWebhook(event: string, action: string | undefined): Webhook | undefined {
  const known = webhooks()
  if (event === 'repository_dispatch') return known.get('repository-dispatch-sample.collected')
  return (
    known.get(webhookName(event, action)) ?? (action === undefined ? undefined : known.get(dashed(event)))
  )
}

function webhookName(event: string, action: string | undefined): string {
  return dashed(action === undefined ? event : `${event}-${action}`)
}

function dashed(words: string): string {
  return words.replaceAll('_', '-')
}
