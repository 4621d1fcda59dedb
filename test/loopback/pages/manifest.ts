// Owns the page on which a person registers an App from a manifest, and the way back with a code.
// Source: docs.github.com, "Registering a GitHub App from a manifest".
import type { ServerResponse } from 'node:http'
import type { Forge } from '../forge.ts'
import type { Manifest } from '../furnish/manifest.ts'
import { ManifestError, parseManifest, registerApp } from '../furnish/manifest.ts'
import type { Oracle } from '../openapi/oracle.ts'
import type { Route } from '../server/server.ts'
import { readBody } from '../server/server.ts'
import type { Account } from '../world/accounts.ts'
import { accountNamed } from '../world/world.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { document } from './layout.ts'

const ADDRESS = /^(?:\/organizations\/([\w-]+))?\/settings\/apps\/new$/

interface Asked {
  readonly path: string
  readonly manifest: Manifest
  readonly text: string
  readonly state: string | null
}

/** Nobody signs in on this server: on the personal page the person is chosen. */
function ownersOf(forge: Forge, path: string): Account[] {
  const organization = ADDRESS.exec(path)?.[1]
  if (organization === undefined) {
    return [...forge.world.accounts.values()].filter(({ type }) => type === 'User')
  }
  const found = accountNamed(forge.world, organization)
  return found?.type === 'Organization' ? [found] : []
}

function asking({ path, manifest, text, state }: Asked, owners: readonly Account[]): Html {
  const permissions = Object.entries(manifest.permissions).map(
    ([name, level]) => html`<li>${name}: ${level}</li>`,
  )
  const query = state === null ? '' : `?state=${encodeURIComponent(state)}`
  return html`<div class="head"><h1>Register a GitHub App</h1></div>
    <section class="box" aria-label="What the App asks for">
      <div class="inside">
        <p>It belongs to <b>${manifest.url}</b> and asks for:</p>
        <ul>
          ${permissions.length === 0 ? html`<li>nothing but metadata: read</li>` : permissions}
        </ul>
        <p class="muted">Events: ${manifest.events.length === 0 ? 'none' : manifest.events.join(', ')}</p>
      </div>
    </section>
    <form method="post" action="${path}${query}">
      <input type="hidden" name="manifest" value="${text}" />
      <p>
        <label>Name <input name="name" value="${manifest.name}" maxlength="34" required /></label>
      </p>
      <p>
        <label
          >Owner
          <select name="owner">
            ${owners.map(({ login }) => html`<option>${login}</option>`)}
          </select></label
        >
      </p>
      <button name="confirm" value="yes">Create the App</button>
    </form>`
}

function sendPage(response: ServerResponse, status: number, body: Html, formsTo = "'none'"): void {
  const bytes = Buffer.from(document({ status, title: 'Register a GitHub App', body }))
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': bytes.length,
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action ${formsTo}`,
    'cache-control': 'no-store',
  })
  response.end(bytes)
}

const problem = (sentence: string) =>
  html`<div class="head"><h1>This App cannot be registered</h1></div>
    <p>${sentence}</p>`

function wayBack({ manifest, state }: Asked, code: string): string {
  const url = new URL(manifest.redirectUrl)
  url.searchParams.set('code', code)
  if (state !== null) url.searchParams.set('state', state)
  return url.href
}

async function answer(
  forge: Forge,
  response: ServerResponse,
  path: string,
  url: URL,
  form: URLSearchParams,
): Promise<void> {
  const owners = ownersOf(forge, path)
  const text = form.get('manifest') ?? ''
  const asked: Asked = { path, text, manifest: parseManifest(text), state: url.searchParams.get('state') }
  if (owners.length === 0) throw new ManifestError('There is nobody on this server who could own the App.')
  if (form.get('confirm') === null) {
    // the browser holds the redirect of a form to the same policy
    const formsTo = `'self' ${new URL(asked.manifest.redirectUrl).origin}`
    sendPage(response, 200, asking(asked, owners), formsTo)
    return
  }
  const owner = owners.find(({ login }) => login === form.get('owner')) ?? owners[0]
  if (owner === undefined) return
  const code = await registerApp(forge, asked.manifest, owner, form.get('name') ?? asked.manifest.name ?? '')
  response.writeHead(302, { location: wayBack(asked, code) }).end()
}

/** Comes before the other pages, whose addresses have an owner and a repository. */
export function manifestRoute(forge: Forge, oracle: Pick<Oracle, 'exempt'>): Route {
  return {
    matches: (path) => ADDRESS.test(path),
    async handle(request, response, url) {
      oracle.exempt('page')
      if (request.method !== 'POST') {
        sendPage(response, 200, problem('A manifest is posted here, as the field "manifest" of a form.'))
        return
      }
      const form = new URLSearchParams((await readBody(request)).toString('utf8'))
      try {
        await answer(forge, response, url.pathname, url, form)
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error
        sendPage(response, 422, problem(error.message))
      }
    },
  }
}
