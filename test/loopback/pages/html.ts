// Owns how pages are written: a template tag that escapes everything except what the tag itself made.

class Markup {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

export type Html = Markup
export type Value = string | number | Html | false | null | undefined | readonly Value[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escape = (text: string) => text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found)

function markupOf(value: Value): string {
  if (value instanceof Markup) return value.markup
  if (value === false || value === null || value === undefined) return ''
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value))
  return value.map(markupOf).join('')
}

/** Attributes must be quoted by the template; an address from outside goes through `outsideLink` first. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Markup(strings.map((part, at) => part + markupOf(values[at])).join(''))
}

/** Only for markup that was made here: the stylesheet, and Markdown whose own HTML was escaped. */
export const trusted = (markup: string): Html => new Markup(markup)

/** An address that somebody else wrote, when it is one that a page may link to; `javascript:` runs a script. */
export function outsideLink(address: string): string | undefined {
  return /^(?:https?:\/\/|mailto:)/i.test(address) ? address : undefined
}
