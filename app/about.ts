// Owns the page at `/`: what this server is, for who finds it.
import { document, html } from './html.ts'

export function aboutPage(): string {
  return document(
    'Autopilot',
    html`<p>
        This server is a GitHub App that turns a labelled issue into a reviewed, measured, policy-gated pull
        request. It takes webhooks from GitHub; people talk to it in issues and pull requests.
      </p>
      <ul>
        <li><a href="/healthz">healthz</a>: the process answers</li>
        <li><a href="/readyz">readyz</a>: the store can be written, and GitHub answers</li>
      </ul>`,
  )
}
