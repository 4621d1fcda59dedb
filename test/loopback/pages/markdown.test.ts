import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderMarkdown } from './markdown.ts'

const place = { breaks: true, reference: (number: number) => (number === 2 ? '/o/r/pull/2' : undefined) }
const shown = (text: string) =>
  renderMarkdown(text, place)
    .markup.replace(/^<div class="markdown">|<\/div>$/g, '')
    .trim()

describe('HTML in Markdown', () => {
  test('is shown as text', () => {
    expect(shown('<script>alert(1)</script>')).toBe('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(shown('a <img src=x onerror="b()"> c')).toContain('&lt;img src=x onerror=&quot;b()&quot;&gt;')
    expect(shown('<svg/onload=alert(1)>')).not.toContain('<svg')
  })

  test('is kept for details, summary, br, sub, sup and code, without attributes', () => {
    expect(shown('<details open>\n<summary>More</summary>\n\n**a**\n\n</details>')).toContain(
      '<details open>\n<summary>More</summary>',
    )
    expect(shown('x<sup>2</sup><br/><sub>n</sub>')).toBe('<p>x<sup>2</sup><br><sub>n</sub></p>')
    expect(shown('a <code onclick="b()">c</code>')).toContain('&lt;code onclick=')
    expect(shown('<details ontoggle="b()">')).not.toContain('<details')
  })

  test('turns no text after it into HTML', () => {
    expect(shown('a <script> <a href="<img src=x onerror=b()>')).not.toMatch(/<(?:a|img)/)
    expect(shown('a <code> <a href="<img src=x onerror=b()> </code>')).not.toMatch(/<(?:a|img)/)
    expect(shown('a &lt; b &amp; c & d')).toBe('<p>a &lt; b &amp; c &amp; d</p>')
  })

  test('cannot close what it did not open, and is closed where its author did not', () => {
    expect(shown('</details></div>')).toBe('&lt;/details&gt;&lt;/div&gt;')
    expect(shown('<details><summary>a')).toMatch(/<\/summary><\/details>$/)
  })

  test('is hidden in a comment, as bots mark what is theirs', () => {
    expect(shown('<!-- bot: {"plan": 7} -->\nHello <!-- inline --> there')).toBe('<p>Hello  there</p>')
  })
})

describe('links', () => {
  test('run no script and are text instead', () => {
    expect(shown('[a](javascript:alert(1))')).toBe('<p>a</p>')
    expect(shown('[a](//elsewhere.test)')).toBe('<p>a</p>')
    expect(shown('[a](https://b.test/?c=1&d="e")')).toContain('href="https://b.test/?c=1&amp;d=')
  })

  test('replace images, for a page loads nothing from elsewhere', () => {
    expect(shown('![logo](https://a.test/l.png)')).toBe(
      '<p><a href="https://a.test/l.png" rel="nofollow">image: logo</a></p>',
    )
    expect(shown('![logo](data:image/png;base64,AA)')).toBe('<p>image: logo</p>')
  })

  test('are made of the numbers that the repository has', () => {
    expect(shown('Closes #2, not #3 or a#2.')).toBe(
      '<p>Closes <a href="/o/r/pull/2">#2</a>, not #3 or a#2.</p>',
    )
    expect(shown('`#2`')).toBe('<p><code>#2</code></p>')
  })
})

test('a name is marked, a mail address is not', () => {
  expect(shown('@ana or ben@example.test')).toContain('<b class="mention">@ana</b>')
  expect(shown('@ana or ben@example.test').match(/mention/g)).toHaveLength(1)
})

test('headings leave the one h1 to the page', () => {
  expect(shown('# A')).toBe('<h3 class="h1">A</h3>')
  expect(shown('###### A')).toBe('<h6 class="h6">A</h6>')
})

test('a line end breaks a line in comments, and not in outputs of checks', () => {
  expect(shown('a\nb')).toBe('<p>a<br>b</p>')
  expect(renderMarkdown('a\nb', { ...place, breaks: false }).markup).toContain('<p>a\nb</p>')
})

test('alerts, suggestions, tasks, tables and diffs look as on GitHub', () => {
  expect(shown('> [!WARNING]\n> Look')).toContain('<p class="alert-name">Warning</p><p>Look</p>')
  expect(shown('> said')).toContain('<blockquote>')
  expect(shown('```suggestion\na < b\n```')).toContain('Suggested change')
  expect(shown('- [x] a')).toMatch(/checked\s+aria-label="done"/)
  expect(shown('|a|b|\n|--|-:|\n|1|2|')).toContain('<td class="right">2</td>')
  expect(shown('```diff\n+a\n-b\n```')).toContain('<span class="add">+a</span>')
})

test('no text brings a tag that can load or run anything', () => {
  const pieces = fc.constantFrom(
    '<script>',
    '</script>',
    '<details>',
    '</details>',
    '<img src=x onerror=a()>',
    '<!--',
    '-->',
    '`',
    '```\n',
    '[a](javascript:b)',
    '\n\n',
    '> ',
    '- ',
    '|',
    '<a href="',
    '">',
    '&lt;',
    '<summary>',
    '*',
    '<style>',
    '<code>',
    '<pre>',
    '@a',
    '#2',
    ' ',
    '!',
    '[b]: javascript:c\n',
    '[x](',
    ')',
    '<https://a.test/',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      const made = shown(parts.join(''))
      expect(made).not.toMatch(/<(?:script|img|style|iframe|svg|object|embed|form)\b/i)
      expect(made).not.toMatch(/<[a-z][^<>]*\s(?:on\w+|style)=/i)
      expect(made).not.toMatch(/href="\s*javascript:/i)
    }),
    { numRuns: 3000 },
  )
})
