import { expect, test } from 'vitest'
import { firstWords } from './github.ts'

test('the first line of a comment is told without its Markdown', () => {
  const comment = '<!-- autopilot:status -->\n**Stopped:** first GITHUB\\_TOKEN at \\`a.js\\`\n\n| phase |'
  expect(firstWords(comment)).toBe('Stopped: first GITHUB_TOKEN at `a.js`')
})
