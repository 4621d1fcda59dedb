// Owns what the App is told by its environment: one schema, read once, every problem at once.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { findPrivateKey } from './private-key.ts'

export const LogLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'is no level')
export type LogLevel = z.infer<typeof LogLevel>

/** Hosts that no packet leaves the machine for. */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/
/** Probot verifies with this one when it is told none: who knows that can sign as GitHub. */
const PROBOTS_SECRET = 'development'

/** `owner` or `owner/name`, with commas between; spaces around them are left out. */
const STOPPED =
  /^\s*[A-Za-z0-9][\w-]{0,38}(?:\/[\w.-]{1,100})?\s*(?:,\s*[A-Za-z0-9][\w-]{0,38}(?:\/[\w.-]{1,100})?\s*)*$/

const address = z.url({ protocol: /^https?$/, error: 'is no address that begins with https://' })

/** Each variable as text. `meta` is what a person needs to set it: a sample, and what to do when it is wrong. */
export const Environment = z.object({
  APP_ID: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'is no number')
    .describe('Id of the GitHub App.')
    .meta({ sample: '123456', fix: 'the page of the App on GitHub shows it as "App ID"' }),
  PRIVATE_KEY: z
    .string()
    .describe(
      'Private key of the App in PEM, with \\n for line breaks, or in Base64. Or name its file instead.',
    )
    .meta({
      sample: '"-----BEGIN RSA PRIVATE KEY-----\\n…\\n-----END RSA PRIVATE KEY-----\\n"',
      fix: 'generate one on the page of the App on GitHub, or set PRIVATE_KEY_PATH',
    }),
  PRIVATE_KEY_PATH: z
    .string()
    .describe('File that holds the private key.')
    .meta({ sample: './autopilot.private-key.pem', fix: 'name a file that this user may read' }),
  WEBHOOK_SECRET: z
    .string()
    .min(16, 'is shorter than 16 characters')
    .refine((secret) => secret !== PROBOTS_SECRET, 'is the one that everybody knows')
    .describe('Secret of the App’s webhook: what is not signed with it is refused.')
    .meta({
      sample: '"a long random text"',
      fix: 'make one with `openssl rand -hex 32`, and set it on the page of the App on GitHub too',
    }),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'is no name or address of an interface')
    .default('localhost')
    .describe('Interface to listen on; 0.0.0.0 is every one.')
    .meta({ fix: 'localhost, 0.0.0.0, or an address of this machine' }),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'is no port')
    .refine((port) => Number(port) <= 65_535, 'is no port')
    .default('3000')
    .describe('Port to listen on.')
    .meta({ fix: 'a number from 0 to 65535; 0 takes a free one' }),
  AUTOPILOT_STATE: z
    .string()
    .optional()
    .describe('Folder of the database, evidence and bundles. Left out: ~/.local/state/autopilot.')
    .meta({ sample: '/var/lib/autopilot', fix: 'name a folder that can be written' }),
  AUTOPILOT_URL: address
    .optional()
    .describe('Address at which GitHub and people reach this server; used to register the App.')
    .meta({ sample: 'https://autopilot.example.com', fix: 'the public address, without a path' }),
  AUTOPILOT_STOP: z
    .enum(['on', 'off'], 'is neither on nor off')
    .default('off')
    .describe('Stop switch: while it is on, webhooks are kept and nothing is worked or written.')
    .meta({ fix: 'on or off' }),
  AUTOPILOT_STOPPED: z
    .string()
    .regex(STOPPED, 'is no list of owners and repositories')
    .optional()
    .describe(
      'Stop switch of accounts and repositories, separated by commas: nothing is started, published or merged there.',
    )
    .meta({ sample: 'acme, ana/widgets', fix: 'names such as acme or ana/widgets, separated by commas' }),
  AUTOPILOT_MONEY_MONTH_USD: z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,2})?$/, 'is no amount')
    .default('100')
    .describe('US dollars that all tasks of one installation may spend on models in a calendar month.')
    .meta({ fix: 'a number such as 100 or 12.50' }),
  GHE_HOST: z
    .string()
    .regex(/^[\w.-]+(?::\d{1,5})?$/, 'is no host')
    .optional()
    .describe('Host of a GitHub Enterprise Server. Left out: github.com.')
    .meta({ sample: 'github.example.com', fix: 'the host alone, without https://' }),
  GHE_PROTOCOL: z
    .enum(['https', 'http'], 'is neither https nor http')
    .default('https')
    .describe('http is taken for a host of this machine only.')
    .meta({ fix: 'https' }),
  LOG_LEVEL: LogLevel.default('info')
    .describe('Least serious line that is logged: trace, debug, info, warn, error or fatal.')
    .meta({ fix: 'one of trace, debug, info, warn, error, fatal' }),
})

type Name = keyof typeof Environment.shape
const CREDENTIALS = [
  'APP_ID',
  'PRIVATE_KEY',
  'PRIVATE_KEY_PATH',
  'WEBHOOK_SECRET',
] as const satisfies readonly Name[]
const NAMES = Object.keys(Environment.shape)

/** What holds with an App and without one yet. */
export interface ServerSettings {
  host: string
  port: number
  /** Absolute. */
  stateFolder: string
  /** Origin, without a slash at the end. */
  publicUrl: string | undefined
  /** `https://api.github.com`, and `https://github.com` for people. */
  github: { api: string; web: string }
  stop: boolean
  /** `owner` or `owner/name`. */
  stopped: readonly string[]
  moneyMonthUsd: number
  logLevel: LogLevel
}

export interface AppSettings extends ServerSettings {
  appId: number
  /** PEM. */
  privateKey: string
  webhookSecret: string
}

export type SettingsResult =
  | { kind: 'app'; settings: AppSettings }
  /** No credential is set: the App is still to be registered. */
  | { kind: 'unregistered'; settings: ServerSettings }
  /** `what was wrong · what to do`, one line each. */
  | { kind: 'wrong'; problems: readonly string[] }

/** An empty variable counts as one that is not set. Reads the key's file, and nothing else. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): SettingsResult {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const unregistered = CREDENTIALS.every((name) => given[name] === undefined)
  const wanted = Environment.partial({ PRIVATE_KEY: true, PRIVATE_KEY_PATH: true })
  const schema = unregistered ? wanted.partial({ APP_ID: true, WEBHOOK_SECRET: true }) : wanted
  const parsed = schema.safeParse(given)
  const key = unregistered ? { pem: '' } : findPrivateKey(given)
  const problems = new Map([
    ...unknown(given),
    ...plainText(given),
    ...('problem' in key ? [[key.name, key.problem] as const] : []),
    ...(parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => [String(path[0]), message] as const)),
  ])
  if (problems.size > 0 || !parsed.success || 'problem' in key) {
    const sentences = [...problems].map(([name, problem]) => sentence(name, problem, given))
    return { kind: 'wrong', problems: sentences.sort() }
  }
  const { data } = parsed
  const settings = serverSettings(data)
  const { APP_ID, WEBHOOK_SECRET } = data
  if (APP_ID === undefined || WEBHOOK_SECRET === undefined) return { kind: 'unregistered', settings }
  const app = { appId: Number(APP_ID), privateKey: key.pem, webhookSecret: WEBHOOK_SECRET }
  return { kind: 'app', settings: { ...settings, ...app } }
}

function serverSettings(
  data: Omit<z.infer<typeof Environment>, (typeof CREDENTIALS)[number]>,
): ServerSettings {
  const { GHE_HOST, GHE_PROTOCOL, AUTOPILOT_URL } = data
  const web = GHE_HOST === undefined ? 'https://github.com' : `${GHE_PROTOCOL}://${GHE_HOST}`
  return {
    host: data.HOST,
    port: Number(data.PORT),
    stateFolder: resolve(data.AUTOPILOT_STATE ?? join(homedir(), '.local', 'state', 'autopilot')),
    publicUrl: AUTOPILOT_URL === undefined ? undefined : new URL(AUTOPILOT_URL).origin,
    github: { web, api: GHE_HOST === undefined ? 'https://api.github.com' : `${web}/api/v3` },
    stop: data.AUTOPILOT_STOP === 'on',
    stopped: (data.AUTOPILOT_STOPPED ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    moneyMonthUsd: Number(data.AUTOPILOT_MONEY_MONTH_USD),
    logLevel: data.LOG_LEVEL,
  }
}

/** Threat: tokens that cross a network in the clear. */
function plainText(given: Readonly<Record<string, string | undefined>>): (readonly [string, string])[] {
  const { GHE_HOST, GHE_PROTOCOL } = given
  if (GHE_PROTOCOL !== 'http' || OWN_HOST.test(GHE_HOST ?? '')) return []
  return [['GHE_PROTOCOL', 'would send tokens in the clear']]
}

/** Threat: a stop switch that is misspelt stops nothing. */
function unknown(given: Readonly<Record<string, string | undefined>>): (readonly [string, string])[] {
  const strange = Object.keys(given).filter((name) => name.startsWith('AUTOPILOT_') && !NAMES.includes(name))
  return strange.map((name) => [name, 'is no setting'])
}

function sentence(
  name: string,
  problem: string,
  given: Readonly<Record<string, string | undefined>>,
): string {
  const shape: z.ZodType | undefined = Object.entries(Environment.shape).find(
    ([known]) => known === name,
  )?.[1]
  const fix = shape?.meta()?.['fix']
  const ours = NAMES.filter((one) => one.startsWith('AUTOPILOT_')).join(', ')
  const todo = typeof fix === 'string' ? fix : `remove it, or take one of ${ours}`
  return `${name} ${given[name] === undefined ? 'is not set' : problem} · ${todo}`
}
