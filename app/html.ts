// Owns how text gets into a page: everything is escaped but what the template itself says.

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | readonly Html[]

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, at) => `${string}${partOf(parts[at] ?? '')}`).join(''))
}

function partOf(part: Part): string {
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(partOf).join('\n')
  return String(part).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

const STYLE = `
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
  code { font-size: 0.9em } li { margin: 0.3rem 0 }
  label { display: block; margin: 0.8rem 0 } input { display: block; width: 100%; font: inherit; box-sizing: border-box }
  button { font: inherit; padding: 0.4rem 1rem } summary { cursor: pointer }`

export function document(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.text
}
