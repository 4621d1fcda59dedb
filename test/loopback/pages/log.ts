// Owns how a job's log is shown: groups that fold, errors and warnings in their colours, control sequences left out.
import type { Html } from './html.ts'
import { escape, html, trusted } from './html.ts'

/** Colours and cursor movements of terminals; source: ECMA-48, "Control sequences". */
const CONTROL = /\u001B\[[\d;?]*[ -/]*[@-~]/g
const LINE = /^(\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?Z) (.*)$/
const COMMAND = /^##\[(group|endgroup|error|warning|notice|debug|command|section)\](.*)$/

export function logShown(log: string): Html {
  if (log === '') return html`<p class="inside muted">The log is empty.</p>`
  const parts: string[] = []
  let open = false
  const end = () => {
    if (open) parts.push('</div></details>')
    open = false
  }
  for (const line of log.replace(/\n$/, '').split('\n')) {
    const [, iso = '', clock, rest] = LINE.exec(line) ?? []
    const time = clock === undefined ? '' : `<time datetime="${iso}">${clock}</time>`
    const text = (rest ?? line).replace(CONTROL, '')
    const [, command = '', said = ''] = COMMAND.exec(text) ?? []
    if (command === 'endgroup') {
      end()
    } else if (command === 'group') {
      end()
      parts.push(`<details><summary>${time}${escape(said)}</summary><div>`)
      open = true
    } else if (command === '') {
      parts.push(`${time}${escape(text)}\n`)
    } else {
      parts.push(
        `${time}<span class="${command}">${escape(command === 'command' ? said : `${command}: ${said}`)}</span>\n`,
      )
    }
  }
  end()
  return html`<div class="log code">${trusted(parts.join(''))}</div>`
}
