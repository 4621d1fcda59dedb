import { expect, test } from 'vitest'
import { html, outsideLink } from './html.ts'

test('text is escaped in content and in attributes', () => {
  const text = `<script>"it's" & more</script>`
  const shown = '&lt;script&gt;&quot;it&#39;s&quot; &amp; more&lt;/script&gt;'
  expect(html`<p title="${text}">${text}</p>`.markup).toBe(`<p title="${shown}">${shown}</p>`)
})

test('what the tag made is kept, in lists too; nothing is shown for what is absent', () => {
  const rows = ['a', '<b>'].map((text) => html`<li>${text}</li>`)
  const nothing = [false, null, undefined] as const
  expect(html`${rows}${nothing}${0}`.markup).toBe('<li>a</li><li>&lt;b&gt;</li>0')
})

test('an object that only looks like markup is not trusted', () => {
  const forged = { markup: '<script></script>' }
  expect(() => html`${forged as never}`).toThrow(TypeError)
})

test('only addresses of the web and of mail are linked', () => {
  expect(outsideLink('https://example.test/a')).toBe('https://example.test/a')
  for (const address of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'JaVaScRiPt:1',
    '',
  ]) {
    expect(outsideLink(address)).toBeUndefined()
  }
})
