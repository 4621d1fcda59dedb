// Owns the table of webhooks: event and action → what it means. Pure; who may ask is decided by whoever knows.
import type { Timestamp } from '../contracts/base.ts'
import { CHECKS } from './deliveries/checks.ts'
import { COMMENTS } from './deliveries/comments.ts'
import type { Delivery } from './deliveries/delivery.ts'
import { NOTHING_TOUCHED } from './deliveries/delivery.ts'
import { INSTALLATIONS } from './deliveries/installations.ts'
import { ISSUES } from './deliveries/issues.ts'
import { PULLS } from './deliveries/pulls.ts'
import { PUSHES } from './deliveries/pushes.ts'
import type { Context, Parts, Reader } from './deliveries/reader.ts'
import { Envelope, ignored, subjectOf } from './deliveries/reader.ts'
import { RUNS } from './deliveries/runs.ts'

export const DELIVERIES: ReadonlyMap<string, Reader> = new Map(
  [ISSUES, COMMENTS, PULLS, CHECKS, RUNS, PUSHES, INSTALLATIONS].flatMap((family) => Object.entries(family)),
)

/** Events that GitHub sends to every App, asked for or not. */
const UNASKED = ['installation', 'installation_repositories']

/**
 * Events that an App must subscribe to for the table to hear all it reads.
 *
 * @public
 */
export const SUBSCRIBED_EVENTS: readonly string[] = [
  ...new Set([...DELIVERIES.keys()].map((key) => key.replace(/\..*$/, ''))),
]
  .filter((event) => !UNASKED.includes(event))
  .sort()

export interface DeliveryOptions {
  /** Our own App's id: what it said is never a command. null where there is none (Action only). */
  appId: number | null
  receivedAt: Timestamp
  /** `autopilot` when left out. */
  label?: string
  /** Ids of Apps whose bots may ask as people do; none when left out. */
  allowedApps?: readonly number[]
  /** `autopilot/` when left out. */
  branchPrefix?: string
}

/** Never throws. `payload` is the parsed JSON of a delivery whose signature was verified; it is untrusted all the same. */
export function readDelivery(
  delivery: { guid: string; event: string; payload: unknown },
  options: DeliveryOptions,
): Delivery {
  const context: Context = {
    guid: delivery.guid,
    receivedAt: options.receivedAt,
    appId: options.appId,
    label: options.label ?? 'autopilot',
    allowedApps: options.allowedApps ?? [],
    branchPrefix: options.branchPrefix ?? 'autopilot/',
  }
  const around = Envelope.safeParse(delivery.payload)
  const action = around.data?.action
  const event = action === undefined ? delivery.event : `${delivery.event}.${action}`
  const { touched, ...parts } = read(event, delivery.payload, around.success, context)
  return {
    guid: delivery.guid,
    event,
    repository: around.data?.repository ?? null,
    installation: around.data?.installation?.id ?? null,
    commands: [],
    implied: false,
    group: null,
    answers: [],
    cancels: [],
    subject: subjectOf(delivery.payload),
    moved: null,
    uninstalled: false,
    added: [],
    gone: [],
    ignored: null,
    ...parts,
    touched: { ...NOTHING_TOUCHED, ...touched },
  }
}

function read(event: string, payload: unknown, isDelivery: boolean, context: Context): Parts {
  if (!isDelivery)
    return ignored('The delivery is not as GitHub describes it: no object, or no such repository.')
  const known = DELIVERIES.get(event)
  return known === undefined ? ignored('Nothing here listens to this event.') : known.read(payload, context)
}
