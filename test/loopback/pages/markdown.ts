// Owns Markdown as GitHub's pages show it: its dialect, with all HTML shown as text except a few harmless tags.
import { Marked } from 'marked'
import type { MarkedExtension, Tokens } from 'marked'
import type { Html } from './html.ts'
import { escape, html, outsideLink, trusted } from './html.ts'

export interface MarkdownPlace {
  /** A line's end breaks the line in comments, not in files; source: docs.github.com, "Basic writing and formatting syntax", Line breaks. */
  readonly breaks: boolean
  /** address of an issue or pull request of the repository; undefined where there is none of that number */
  readonly reference: (number: number) => string | undefined
}

/** GitHub keeps these too; attributes are dropped, except that a details may be open. */
const KEPT = /^&lt;(\/?)(details|summary|br|sub|sup|code)((?:\s+open(?:=(?:&quot;)*)?)?)\s*\/?&gt;$/i
const TAG = /&lt;\/?[a-z][^<>]*?&gt;/gi

/** Closes only what the same text opened, so that a comment cannot end the page around it. */
function makeTags() {
  const open: string[] = []
  const tag = (found: string): string => {
    const [, slash, name = '', isOpen] = KEPT.exec(found) ?? []
    const lower = name.toLowerCase()
    if (lower === '') return found
    if (lower === 'br') return '<br>'
    if (slash === '') {
      open.push(lower)
      return `<${lower}${lower === 'details' && isOpen !== '' ? ' open' : ''}>`
    }
    const at = open.lastIndexOf(lower)
    if (at < 0) return found
    return open
      .splice(at)
      .reverse()
      .map((one) => `</${one}>`)
      .join('')
  }
  return {
    /** A comment is how bots mark what is theirs: GitHub does not show it. */
    keep: (text: string) => escape(text.replace(/<!--[\s\S]*?-->/g, '')).replace(TAG, tag),
    rest: () =>
      open
        .reverse()
        .map((one) => `</${one}>`)
        .join(''),
  }
}

/** `&lt;` is an entity in Markdown too. */
const withEntities = (escaped: string) =>
  escaped.replace(/&amp;(#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]*);/gi, '&$1;')

const ALERT = /^<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?:<br>)?\s*/

function codeBlock({ text, lang }: Tokens.Code): string {
  if (lang === 'suggestion') {
    return html`<div class="suggestion">
      <p>Suggested change</p>
      <pre><code>${text}</code></pre>
    </div>`.markup
  }
  if (lang !== 'diff') return html`<pre><code>${text}</code></pre>`.markup
  const lines = text.split('\n').map((line) => {
    const kind = line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : 'same'
    return html`<span class="${kind}">${line}</span>`
  })
  return html`<pre class="diff-text"><code>${lines}</code></pre>`.markup
}

function references(place: MarkdownPlace): MarkedExtension {
  return {
    extensions: [
      {
        name: 'reference',
        level: 'inline',
        start: (text) => /(?<![\w&/#])#\d+\b/.exec(text)?.index,
        tokenizer(text) {
          const found = /^#(\d+)\b/.exec(text)
          const address = found === null ? undefined : place.reference(Number(found[1]))
          return found === null || address === undefined
            ? undefined
            : { type: 'reference', raw: found[0], address }
        },
        renderer: (token) => html`<a href="${String(token['address'])}">${token.raw}</a>`.markup,
      },
      {
        name: 'mention',
        level: 'inline',
        start: (text) => /(?<![\w@./])@[a-z\d]/i.exec(text)?.index,
        tokenizer(text) {
          const found = /^@[a-z\d](?:-?[a-z\d])*(?:\/[\w-]+)?/i.exec(text)
          return found === null ? undefined : { type: 'mention', raw: found[0] }
        },
        renderer: (token) => html`<b class="mention">${token.raw}</b>`.markup,
      },
    ],
  }
}

export function renderMarkdown(text: string, place: MarkdownPlace): Html {
  const tags = makeTags()
  const marked = new Marked({ gfm: true, breaks: place.breaks })
  marked.use(references(place), {
    renderer: {
      html: ({ text }) => tags.keep(text),
      code: codeBlock,
      // after `<script>` or `<code>` marked takes text for HTML that is to stay as it is
      text: (token) =>
        'tokens' in token && token.tokens !== undefined ? false : withEntities(escape(token.text)),
      // a page has one h1, which is its own
      heading({ tokens, depth }) {
        const level = Math.min(depth + 2, 6)
        return `<h${level} class="h${depth}">${this.parser.parseInline(tokens)}</h${level}>\n`
      },
      link({ href, tokens }) {
        const inside = this.parser.parseInline(tokens)
        const address = href.startsWith('#') || /^\/(?!\/)/.test(href) ? href : outsideLink(href)
        return address === undefined ? inside : `<a href="${escape(address)}" rel="nofollow">${inside}</a>`
      },
      // pages of the loopback load nothing from elsewhere
      image({ href, text }) {
        const address = outsideLink(href)
        const name = `image: ${text === '' ? href : text}`
        return (address === undefined ? html`${name}` : html`<a href="${address}" rel="nofollow">${name}</a>`)
          .markup
      },
      checkbox: ({ checked }) =>
        html`<input
          type="checkbox"
          disabled${checked ? trusted(' checked') : ''}
          aria-label="${checked ? 'done' : 'to do'}"
        /> `.markup,
      table(token) {
        const cells = (row: readonly Tokens.TableCell[], name: 'th' | 'td') =>
          row.map((cell) => {
            const align = cell.align === null ? '' : ` class="${cell.align}"`
            return `<${name}${align}>${this.parser.parseInline(cell.tokens)}</${name}>`
          })
        const head = `<tr>${cells(token.header, 'th').join('')}</tr>`
        const rows = token.rows.map((row) => `<tr>${cells(row, 'td').join('')}</tr>`)
        return `<div class="scroll"><table aria-label="Table"><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>\n`
      },
      blockquote({ tokens }) {
        const inside = this.parser.parse(tokens)
        const kind = ALERT.exec(inside)?.[1]
        if (kind === undefined) return `<blockquote>${inside}</blockquote>\n`
        const name = kind.charAt(0) + kind.slice(1).toLowerCase()
        return `<div class="alert ${kind.toLowerCase()}"><p class="alert-name">${name}</p>${inside.replace(ALERT, '<p>')}</div>\n`
      },
    },
  })
  const inside = marked.parse(text, { async: false })
  return html`<div class="markdown">${trusted(inside)}${trusted(tags.rest())}</div>`
}
