// Owns how accounts, times and labels are shown.
import type { Account, App } from '../world/accounts.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'

const shortName = (login: string) => login.replace(/\[bot\]$/, '')

export function avatar(account: Account): Html {
  const initials = shortName(account.login).slice(0, 2).toUpperCase()
  const round = account.type === 'User' ? 'avatar' : 'avatar square'
  return html`<span class="${round}" style="--hue: ${(account.id * 47) % 360}" aria-hidden="true"
    >${initials}</span
  >`
}

/** The login in bold, with what GitHub says of Apps: that it is one, or that a person wrote through one. */
export function who(account: Account, via?: App): Html {
  const isBot = account.type === 'Bot'
  const through = !isBot && via !== undefined && html` <span class="muted">with ${via.name}</span>`
  return html`<b class="login">${shortName(account.login)}</b
    >${isBot && html` <span class="badge">App</span>`}${through}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `24 Nov 2026, 17:09 UTC`: the same wherever the page is read. */
export function when(iso: string): Html {
  const at = new Date(iso)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()}`
  return html`<time datetime="${iso}">${day}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC</time>`
}

/** `1 m 5 s` between two times; undefined while either is not known. */
export function lasted(from: string | null | undefined, to: string | null | undefined): string | undefined {
  if (from === null || from === undefined || to === null || to === undefined) return undefined
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const parts = [hours > 0 && `${hours} h`, minutes > 0 && `${minutes} m`, `${seconds % 60} s`]
  return parts.filter((part) => part !== false).join(' ')
}

/** Black or white, whichever is read better on the colour; source: WCAG 2.2, "relative luminance". */
function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  return luminance > 0.179 ? '#000000' : '#ffffff'
}

export function labelMark({ name, color }: { readonly name: string; readonly color: string }): Html {
  const known = /^[\da-f]{6}$/i.test(color) ? color : 'ededed'
  return html`<span class="label" style="background: #${known}; color: ${inkOn(known)}">${name}</span>`
}

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`

export const shortSha = (sha: string) => html`<code class="sha" title="${sha}">${sha.slice(0, 7)}</code>`
