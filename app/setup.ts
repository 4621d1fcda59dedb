// Owns registering the App: two pages around GitHub's manifest flow, and the credentials it ends in.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ProbotOctokit } from 'probot'
import { writeEnvFile } from './env-file.ts'
import { document, html } from './html.ts'
import type { Log } from './log.ts'
import { manifestFor, readManifest } from './manifest.ts'
import { queryOf, sendPage } from './route.ts'
import { listen } from './server.ts'
import type { RunningServer } from './server.ts'
import type { ServerSettings } from './settings.ts'

const BACK = '/setup/registered'

export interface Setup extends RunningServer {
  /** The page to open, with the key that opens it. */
  page: string
}

/**
 * Source: docs.github.com, "Registering a GitHub App from a manifest".
 * Threat: whoever finishes the flow decides which App this server obeys. So the page opens only with the key that was
 * printed, and GitHub's way back only with the state that the page gave.
 */
export async function startSetup(x: {
  settings: ServerSettings
  log: Log
  envFile: string
  /** Called once, when the credentials are written. */
  registered(app: { name: string; install: string }): void
}): Promise<Setup> {
  const { settings, log, envFile } = x
  const key = randomBytes(16).toString('hex')
  const state = randomBytes(16).toString('hex')
  const manifest = readManifest()
  let done: { name: string; install: string } | undefined
  let converting = false

  function start(request: IncomingMessage, response: ServerResponse): void {
    const query = queryOf(request)
    if (done !== undefined) return sendPage(response, 200, donePage(done))
    if (!same(query.get('key'), key)) {
      return sendPage(response, 403, problemPage('Open the link that the server printed: it holds a key.'))
    }
    const here = `http://${request.headers.host ?? `${settings.host}:${settings.port}`}`
    const told = query.get('address') ?? settings.publicUrl ?? here
    const address = originOf(told)
    const organization = query.get('organization') ?? ''
    if (address === undefined || !/^[\w-]*$/.test(organization)) {
      return sendPage(
        response,
        400,
        problemPage('The address must begin with https://, and an organization is named as in its address.'),
      )
    }
    const owner = organization === '' ? '' : `/organizations/${organization}`
    const page = document(
      'Register Autopilot',
      html`<p>Autopilot is not registered with GitHub yet. GitHub shows what it asks for, and creates it.</p>
        <form method="post" action="${settings.github.web}${owner}/settings/apps/new?state=${state}">
          <input type="hidden" name="manifest" value="${manifestFor(manifest, address, `${here}${BACK}`)}" />
          <p>
            GitHub will send its webhooks to
            <b>${address}</b
            >.${isOwn(address) ? ' GitHub cannot reach that address: name the public one below, of a tunnel if need be.' : ''}
          </p>
          <p><button>Register on GitHub</button></p>
        </form>
        <details>
          <summary>Another address, or an organization that owns the App</summary>
          <form method="get" action="/">
            <input type="hidden" name="key" value="${key}" />
            <label>Public address of this server <input name="address" value="${address}" /></label>
            <label
              >Organization, if it shall own the App <input name="organization" value="${organization}"
            /></label>
            <button>Take these</button>
          </form>
        </details>`,
    )
    // a browser follows the form to GitHub's page to sign in, and holds the policy against that too
    sendPage(response, 200, page, ["'self'", settings.github.web])
  }

  async function finish(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = queryOf(request)
    if (done !== undefined) return sendPage(response, 200, donePage(done))
    const code = query.get('code') ?? ''
    if (!same(query.get('state'), state) || !/^[\w-]{1,100}$/.test(code) || converting) {
      return sendPage(response, 400, problemPage('Begin at the link that the server printed.'))
    }
    converting = true
    try {
      const octokit = new ProbotOctokit({ baseUrl: settings.github.api, log, throttle: { enabled: false } })
      const { data } = await octokit.rest.apps.createFromManifest({ code })
      writeEnvFile(envFile, {
        APP_ID: String(data.id),
        PRIVATE_KEY: data.pem,
        WEBHOOK_SECRET: data.webhook_secret ?? '',
      })
      done = { name: data.name, install: `${data.html_url}/installations/new` }
      x.registered(done)
      sendPage(response, 200, donePage(done))
    } catch (error) {
      log.error({ err: error }, 'the App could not be registered')
      sendPage(
        response,
        502,
        problemPage(
          'GitHub did not give the credentials; the log says why. Begin again at the printed link.',
        ),
      )
    } finally {
      converting = false
    }
  }

  const server = await listen({
    ...settings,
    log,
    routes: [
      { method: 'GET', path: '/', handle: start },
      { method: 'GET', path: BACK, handle: finish },
    ],
  })
  return { ...server, page: `${server.url}/?key=${key}` }
}

function donePage({ name, install }: { name: string; install: string }): string {
  return document(
    `${name} is registered`,
    html`<p>Its credentials are in <code>.env</code>, which only you can read.</p>
      <ol>
        <li>Start the server again: <code>npm start</code></li>
        <li><a href="${install}">Install it on a repository</a></li>
      </ol>`,
  )
}

function problemPage(sentence: string): string {
  return document('This did not work', html`<p>${sentence}</p>`)
}

function originOf(address: string): string | undefined {
  const url = URL.parse(address)
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : undefined
}

function isOwn(address: string): boolean {
  return /^(?:localhost|127\..*|\[::1\])$/.test(new URL(address).hostname)
}

function same(given: string | null, wanted: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
