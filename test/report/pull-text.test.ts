// Owns the proof that a pull request's text respects the repository's template and what people wrote into it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MOST_BODY } from '../../src/report/comment.ts'
import { byteLength } from '../../src/report/markdown.ts'
import type { PullBody } from '../../src/report/pull-body.ts'
import { renderPullBody } from '../../src/report/pull-body.ts'
import { editedPullText, newPullText } from '../../src/report/pull-text.ts'
import { NASTY } from './hostile.ts'
import { COUNCIL, HEAD, REPORT, SUMMARY } from './samples.ts'

const PULL: PullBody = {
  summary: SUMMARY,
  quality: REPORT,
  councils: [COUNCIL],
  sandbox: 'bwrap',
  worker: 'recipe attached-patch',
  costUsd: 0.5,
  ms: 15_210,
  ledger: { hash: HEAD, length: 41 },
  bundle: 'BUNDLE',
}
const LATER: PullBody = {
  ...PULL,
  summary: { ...SUMMARY, summary: 'Now with words for the arguments.' },
  ledger: { hash: HEAD, length: 60 },
}
const TEMPLATE = `## Description

<!-- Say what and why -->

## Related issue

Fixes #123

## How has it been tested?

- [ ] unit tests
- [ ] by hand

## Checklist

\`\`\`sh
# Description of a script


npm test
\`\`\`
`

/** Ours, between the markers of a part. */
function part(text: string, name: string): string | undefined {
  return new RegExp(`<!-- autopilot:${name} -->\\n\\n([^]*?)\\n*<!-- /autopilot:${name} -->`).exec(text)?.[1]
}

describe('a new pull request', () => {
  test('without a template is our report, marked, with Closes, cost and how to check the ledger', () => {
    const text = newPullText(PULL, null)
    expect(part(text, 'report')).toBe(renderPullBody(PULL))
    expect(text).toContain('\nCloses #1\n')
    expect(text).toContain('Cost 0.50 USD')
    expect(text).toContain(`autopilot ledger verify BUNDLE --head ${HEAD}:41`)
    expect(newPullText(PULL, ' \n ')).toBe(text)
  })

  test('with a template fills the headings it knows, keeps every line, and adds the report below', () => {
    const text = newPullText(PULL, TEMPLATE)
    expect(text.indexOf('<!-- Say what and why -->')).toBeLessThan(text.indexOf(SUMMARY.summary))
    expect(text.indexOf(SUMMARY.summary)).toBeLessThan(text.indexOf('## Related issue'))
    expect(part(text, 'closes')).toBe('Closes #1')
    expect(part(text, 'checks')).toContain('The one gate that applies passes.')
    expect(text.indexOf('<!-- /autopilot:checks -->')).toBeLessThan(text.indexOf('- [ ] unit tests'))
    expect(text).toContain('```sh\n# Description of a script\n\n\nnpm test\n```')
    expect(text.indexOf('## Checklist')).toBeLessThan(text.indexOf('## Autopilot'))
    for (const line of TEMPLATE.split('\n').filter((line) => !line.includes('#123')))
      expect(text).toContain(line)
  })

  test('says nothing twice: what stands under a heading is not in the report', () => {
    const text = newPullText(PULL, TEMPLATE)
    expect(text.split(SUMMARY.summary)).toHaveLength(2)
    expect(text.match(/Closes #1\b/g)).toHaveLength(1)
    const plain = newPullText(PULL, '## Notes\n\nNone.')
    expect(part(plain, 'report')).toContain('Closes #1')
    expect(part(plain, 'report')).toContain(SUMMARY.summary)
  })

  test('an example in a template closes no issue', () => {
    for (const line of ['Fixes #123', 'closes: acme/widgets#4', 'Resolves  #5, fixed #6']) {
      const text = newPullText(PULL, `## Notes\n\n${line}`)
      expect(text.replace('Closes #1', '')).not.toMatch(/(clos|fix|resolv)\w*:?\s+[\w/-]*#\d/i)
    }
    expect(newPullText(PULL, 'See #12 for style.')).toContain('See #12 for style.')
  })

  test('our markers in a template are none', () => {
    const text = newPullText(
      PULL,
      'Hi\n<!-- autopilot:report -->x<!-- /autopilot:report -->\n<!-- /autopilot:summary -->',
    )
    expect(text.match(/<!-- autopilot:report -->/g)).toHaveLength(1)
    expect(part(text, 'report')).toContain(SUMMARY.look_first[0]?.split(',')[0])
  })

  test('a template that leaves no room is left out', () => {
    const text = newPullText(PULL, 'word '.repeat(10_000))
    expect(text).toBe(newPullText(PULL, null))
  })

  test('a task that closes no issue fills no heading for it', () => {
    const text = newPullText({ ...PULL, summary: { ...SUMMARY, closes: null } }, TEMPLATE)
    expect(part(text, 'closes')).toBeUndefined()
    expect(text.replaceAll('&#8203;', '')).not.toContain('Closes #1')
  })
})

describe('an open pull request', () => {
  test('has our parts as they are now, and all that people wrote as it was', () => {
    const mine = newPullText(PULL, TEMPLATE)
      .replace('- [ ] by hand', '- [x] by hand, on my laptop $& $1')
      .replace('## Checklist', 'Ping me first. Fixes #99\n\n## Checklist')
    const text = editedPullText(LATER, mine)
    expect(part(text, 'summary')).toBe('Now with words for the arguments.')
    expect(part(text, 'report')).toContain(`${HEAD}:60`)
    expect(text).not.toContain(SUMMARY.summary)
    const others = (all: string) =>
      all.replaceAll(/<!-- autopilot:(\w+) -->[^]*?<!-- \/autopilot:\1 -->/g, '')
    expect(others(text)).toBe(others(mine))
  })

  test('signs that replacements know stay signs', () => {
    const summary = { ...SUMMARY, summary: 'Replaces `$&` and `$1`.' }
    const text = editedPullText({ ...PULL, summary }, newPullText(PULL, TEMPLATE))
    expect(part(text, 'summary')).toBe('Replaces `$&` and `$1`.')
  })

  test('the same again changes nothing', () => {
    for (const template of [null, TEMPLATE]) {
      const text = newPullText(PULL, template)
      expect(editedPullText(PULL, text)).toBe(text)
    }
  })

  test('the report comes back when somebody took it out; other parts do not', () => {
    const text = editedPullText(PULL, 'All mine now.')
    expect(text.startsWith('All mine now.\n\n<!-- autopilot:report -->')).toBe(true)
    expect(part(text, 'summary')).toBeUndefined()
    expect(part(text, 'report')).toContain('Closes #1')
  })

  test('line ends of a browser are no obstacle', () => {
    const text = editedPullText(LATER, newPullText(PULL, TEMPLATE).replaceAll('\n', '\r\n'))
    expect(text.match(/<!-- autopilot:report -->/g)).toHaveLength(1)
    expect(text).toContain(`${HEAD}:60`)
  })

  test('where people left no room, the report gives way and then nothing changes', () => {
    const long = `${'word '.repeat(12_300)}\n\n<!-- autopilot:report -->\n\n<!-- /autopilot:report -->`
    const text = editedPullText(PULL, long)
    expect(byteLength(text)).toBeLessThanOrEqual(MOST_BODY)
    expect(text).toContain(`${HEAD}:41`)
    expect(text).toContain('word word')
    const full = 'word '.repeat(13_000)
    expect(editedPullText(PULL, full)).toBe(full)
  })
})

test('any template: its lines stay in order, and the limit holds whatever the change', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '## Summary',
      '# Tests',
      '### Fixes',
      '```',
      '<!--',
      '-->',
      '- [ ] x',
      '',
      'Closes #4',
      NASTY,
    ),
    fc.string({ maxLength: 20 }),
  )
  const many = Array.from({ length: 300 }, () => NASTY.repeat(4))
  const large = { ...PULL, summary: { ...SUMMARY, summary: NASTY.repeat(3_000), look_first: many } }
  fc.assert(
    fc.property(fc.array(line, { maxLength: 15 }), (lines) => {
      for (const pull of [PULL, large]) {
        const text = newPullText(pull, lines.join('\n'))
        expect(byteLength(text)).toBeLessThanOrEqual(MOST_BODY)
        expect(text.match(/<!-- autopilot:report -->/g)).toHaveLength(1)
        expect(editedPullText(pull, text)).toBe(text)
      }
    }),
    { numRuns: 150 },
  )
})
