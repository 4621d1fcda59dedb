// Owns the App manifest flow: what a manifest may say, the App that is made from it, and the code that is exchanged once.
import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Forge } from '../forge.ts'
import { isObject } from '../openapi/convert.ts'
import { definitions } from '../openapi/description.ts'
import { eventPermissions } from '../permissions/events.ts'
import type { Account, App, Conversion, Level } from '../world/accounts.ts'
import { appNamed } from '../world/world.ts'
import { makeApp } from './apps.ts'

/** Source: docs.github.com, "Registering a GitHub App from a manifest": the three steps take one hour at most. */
const CODE_MS = 3_600_000
/** Source: docs.github.com, "Registering a GitHub App": a name of at most 34 characters. */
const MOST_NAME = 34

export interface Manifest {
  readonly name: string | undefined
  readonly url: string
  readonly redirectUrl: string
  readonly hook: { readonly url: string; readonly active: boolean } | undefined
  readonly permissions: Readonly<Record<string, Level>>
  readonly events: readonly string[]
}

export class ManifestError extends Error {
  override name = 'ManifestError'
}

const KNOWN = [
  'name',
  'url',
  'hook_attributes',
  'redirect_url',
  'callback_urls',
  'setup_url',
  'description',
  'public',
  'default_events',
  'default_permissions',
  'request_oauth_on_install',
  'setup_on_update',
]

const wrong = (what: string) => new ManifestError(`Invalid GitHub App configuration: ${what}`)

function webAddress(field: string, value: unknown): string {
  if (typeof value !== 'string' || !/^https?:\/\/[^\s/]+/.test(value)) {
    throw wrong(`${field} must be an address that begins with http:// or https://`)
  }
  return value
}

function parseHook(value: unknown): Manifest['hook'] {
  if (value === undefined) return undefined
  const { url, active = true } = isObject(value) ? value : {}
  return { url: webAddress('hook_attributes.url', url), active: active !== false }
}

/** Levels of GitHub's own `app-permissions`. */
function levelsOf(permission: string): readonly unknown[] {
  const schema = definitions('rest')['app-permissions']
  const properties = isObject(schema) ? schema['properties'] : undefined
  const one =
    isObject(properties) && Object.hasOwn(properties, permission) ? properties[permission] : undefined
  return isObject(one) && Array.isArray(one['enum']) ? one['enum'] : []
}

function parsePermissions(value: unknown): Record<string, Level> {
  if (value === undefined) return {}
  if (!isObject(value)) throw wrong('default_permissions must be an object')
  for (const [name, level] of Object.entries(value)) {
    if (!levelsOf(name).includes(level)) {
      throw wrong(`default_permissions has ${name}: ${JSON.stringify(level)}, which GitHub does not offer`)
    }
  }
  return value as Record<string, Level>
}

/** An event whose permission is not asked for is refused, and so are those that come unasked. */
function parseEvents(value: unknown, permissions: Readonly<Record<string, Level>>): string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw wrong('default_events must be a list')
  const events = value.map(String)
  const unsupported = events.filter((name) => {
    const known = eventPermissions.find(({ event }) => event === name)
    if (known === undefined || known.needs === 'always') return true
    return !known.needs.some(({ permission }) => permission === 'metadata' || permission in permissions)
  })
  if (unsupported.length > 0) throw wrong(`Default events unsupported: ${unsupported.join(', ')}`)
  return events
}

/** @throws {ManifestError} with a sentence for the person who is sent here */
export function parseManifest(text: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('the manifest is not JSON')
  }
  if (!isObject(value)) throw wrong('the manifest is not an object')
  const unknown = Object.keys(value).filter((name) => !KNOWN.includes(name))
  if (unknown.length > 0) throw wrong(`${unknown.join(', ')} is not a parameter of a manifest`)
  const permissions = parsePermissions(value['default_permissions'])
  return {
    name: typeof value['name'] === 'string' ? value['name'] : undefined,
    url: webAddress('url', value['url']),
    redirectUrl: webAddress('redirect_url', value['redirect_url']),
    hook: parseHook(value['hook_attributes']),
    permissions,
    events: parseEvents(value['default_events'], permissions),
  }
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

/** Makes the App and gives the code. @throws {ManifestError} for a name that is missing, too long or taken */
export async function registerApp(
  forge: Forge,
  manifest: Manifest,
  owner: Account,
  name: string,
): Promise<string> {
  const slug = slugOf(name)
  if (slug === '' || name.length > MOST_NAME) throw wrong(`the name has 1 to ${MOST_NAME} characters`)
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  if (appNamed(forge.world, slug) !== undefined) throw wrong(`the name ${name} is already taken`)
  const { hook, permissions, events } = manifest
  const app = makeApp(forge, {
    slug,
    name,
    owner: owner.login,
    permissions,
    events,
    webhook: {
      ...(hook === undefined ? {} : { url: hook.url }),
      secret: randomBytes(20).toString('hex'),
      active: hook?.active ?? false,
    },
    publicKey: pair.publicKey,
  })
  const code = randomBytes(20).toString('hex')
  forge.world.conversions.set(code, {
    app,
    pem: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    clientSecret: randomBytes(20).toString('hex'),
    expiresAt: forge.clock.now() + CODE_MS,
  })
  sayPing(forge, app)
  return code
}

/** Source: docs.github.com, "Webhook events and payloads", ping: the receiver cannot know the secret yet. */
function sayPing(forge: Forge, app: App): void {
  const { url, contentType, insecureSsl } = app.webhook
  if (url === undefined) return
  forge.emit({
    name: 'ping',
    sender: app.owner,
    only: app,
    byJob: false,
    payload: {
      zen: 'Keep it logically awesome.',
      hook_id: app.hookId,
      hook: {
        type: 'App',
        id: app.hookId,
        name: 'web',
        active: app.webhook.active,
        events: app.events,
        config: { content_type: contentType, insecure_ssl: insecureSsl, secret: '********', url },
        updated_at: app.createdAt,
        created_at: app.createdAt,
        app_id: app.id,
      },
    },
  })
}

/** The code is spent; undefined for one that is unknown, spent or older than an hour. */
export function takeConversion(forge: Forge, code: string): Conversion | undefined {
  const found = forge.world.conversions.get(code)
  forge.world.conversions.delete(code)
  return found === undefined || found.expiresAt <= forge.clock.now() ? undefined : found
}
