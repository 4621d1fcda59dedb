import { expect, test } from 'vitest'
import { logShown } from './log.ts'

const AT = '2026-11-24T17:00:00.0000000Z'

test('groups fold, errors are marked, colours of terminals are left out, and text stays text', () => {
  const { markup } = logShown(
    [
      `${AT} ##[group]Run <b>`,
      `${AT} inside`,
      `${AT} ##[endgroup]`,
      `${AT} \u001B[31;1mred\u001B[0m <script>`,
      `${AT} ##[error]No`,
      '',
    ].join('\n'),
  )
  const time = `<time datetime="${AT}">17:00:00</time>`
  expect(markup).toBe(
    `<div class="log code"><details><summary>${time}Run &lt;b&gt;</summary><div>${time}inside\n</div></details>` +
      `${time}red &lt;script&gt;\n${time}<span class="error">error: No</span>\n</div>`,
  )
})

test('a group that is never ended ends with the log', () => {
  expect(logShown('##[group]a\n##[group]b').markup.match(/<\/details>/g)).toHaveLength(2)
})
