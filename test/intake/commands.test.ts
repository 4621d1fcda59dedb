// Owns the proof that a comment is read as people see it: the first line that begins with a command, and nothing hidden.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CommandName, LATER_COMMANDS } from '../../src/contracts/command.ts'
import { readCommand } from '../../src/intake/commands.ts'

function command(text: string): string | undefined {
  const said = readCommand(text)
  return said?.kind === 'command' ? `${said.name}|${said.text}` : undefined
}

test.each(CommandName.options)('/%s is read alone and with what follows it', (name) => {
  expect(readCommand(`/${name}`)).toEqual({ kind: 'command', name, text: '', further: [] })
  expect(command(`/${name} one\ntwo`)).toBe(`${name}|one\ntwo`)
})

test.each([
  ['text before it', 'Thanks for this.\n\n/reply rename it', 'reply|rename it'],
  ['carriage returns', 'Hi\r\n/reply a\r\n\r\nb\r\n', 'reply|a\n\nb'],
  ['up to three spaces', '   /abort', 'abort|'],
  ['capitals of a telephone', '/Status', 'status|'],
  ['a full stop', '/abort.', 'abort|'],
  ['a comma', '/retry, please', 'retry|please'],
  ['mentions in its text', '/reply ask @ana about #12', 'reply|ask @ana about #12'],
  ['a diff in its text', '/reply\n```diff\n-a\n+b\n```', 'reply|```diff\n-a\n+b\n```'],
  ['a second command in its text', '/reply a\n/nothing b', 'reply|a\n/nothing b'],
  ['a command of another bot before it', '/lgtm\n/approve', 'approve|'],
  ['an ended quote before it', '> stop?\n\n/abort', 'abort|'],
  ['a closed fence before it', '```\n/abort\n```\n/status', 'status|'],
  ['a closed comment before it', '<!--\n/abort\n-->\n/status', 'status|'],
  ['a closed pre before it', '<pre>\n/abort\n</pre>\n/status', 'status|'],
])('with %s', (_what, text, read) => {
  expect(command(text)).toBe(read)
})

test.each([
  ['no command', 'Looks good to me.'],
  ['a command within a line', 'please /abort'],
  ['a mention before it', '@ana /abort'],
  ['a fence', '```\n/abort\n```'],
  ['a fence that is never closed', '~~~\n/abort'],
  ['indented code', '    /abort'],
  ['a comment that is never closed', '<!--\n/abort'],
  ['the end of a hidden comment', '<!-- x\n--> /abort'],
  ['a hidden beginning', '<!-- x -->/abort'],
  ['a name cut by a hidden part', '/abo<!-- x -->rt'],
  ['a quoted line', '> /abort'],
  ['a path', '/status/log or /retry.md'],
  ['a path that begins the line', '/abort/log'],
  ['other bots', '/retest\n/close\n/assign me\n/lgtm'],
  ['a pre block', '<pre>\n/abort'],
])('%s is nothing to answer', (_what, text) => {
  expect(readCommand(text)).toBeUndefined()
})

test('a command in a line that the page shows as part of a quote gets a hint and is not obeyed', () => {
  const said = readCommand('> should it stop?\n/abort')
  expect(said).toMatchObject({ kind: 'hint', word: 'abort' })
  expect(said?.kind === 'hint' && said.answer).toContain('inside a quote')
})

test('hidden text stays hidden: a comment that begins on the command line is part of the raw text', () => {
  expect(command('/reply do it <!-- and\nmore --> now')).toBe('reply|do it <!-- and\nmore --> now')
})

test.each(LATER_COMMANDS)('/%s says that it is not there yet and what to do instead', (name) => {
  const said = readCommand(`/${name} because`)
  expect(said).toMatchObject({ kind: 'later', name })
  const answer = said?.kind === 'later' ? said.answer : ''
  expect(answer).toContain(`\`/${name}\` is not there yet.`)
  expect(answer.length).toBeGreaterThan(`\`/${name}\` is not there yet. `.length + 20)
})

test.each([
  ['/autopilto fix it', 'autopilot'],
  ['/replay', 'reply'],
  ['/stats', 'status'],
  ['/aborrt', 'abort'],
  ['/requestchanges', 'request-changes'],
])('%s gets a hint', (text, meant) => {
  const said = readCommand(text)
  expect(said?.kind === 'hint' && said.answer).toContain(`Did you mean \`/${meant}\`?`)
})

test('a near miss does not stand in the way of a command', () => {
  expect(command('/stats\n/status')).toBe('status|')
})

test('further commands of a comment are named, so that nobody thinks they were obeyed', () => {
  expect(readCommand('/status\n/abort\n> /retry')).toMatchObject({ name: 'status', further: ['abort'] })
})

const line = fc.oneof(
  fc.constantFrom(
    '/abort',
    '/reply x',
    '```',
    '<!--',
    '-->',
    '> q',
    '',
    '    /abort',
    '/Retry',
    '<pre>',
    '- a',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

test('any comment: the text is what follows in the comment, and a later line never changes which command it is', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const comment = lines.join('\n')
      const said = readCommand(comment)
      if (said?.kind !== 'command') return
      expect(comment.replaceAll(/\r\n?/g, '\n').endsWith(said.text) || comment.trimEnd() !== comment).toBe(
        true,
      )
      expect(comment.toLowerCase()).toContain(`/${said.name}`)
      expect(readCommand(`${comment}\nlast words`)).toMatchObject({ kind: 'command', name: said.name })
    }),
    { numRuns: 1_000 },
  )
})

test('any comment in a fence, an HTML comment or a quote commands nothing', () => {
  const harmless = fc.array(fc.constantFrom('/abort', '/reply x', 'word', '', '- a'), { maxLength: 6 })
  fc.assert(
    fc.property(harmless, (lines) => {
      const text = lines.join('\n')
      expect(readCommand(`\`\`\`\n${text}\n\`\`\``)).toBeUndefined()
      expect(readCommand(`<!--\n${text}\n-->`)).toBeUndefined()
      expect(readCommand(lines.map((one) => `> ${one}`).join('\n'))).toBeUndefined()
    }),
  )
})

test.each([
  ['slashes', '/x\n'.repeat(21_800)],
  ['hidden comments behind backticks', '<!--a-->`'.repeat(7_200)],
  ['comments in code', '`<!--` '.repeat(9_000)],
  ['one long line', `/reply ${'w'.repeat(65_000)}`],
])('a comment of 65,000 characters of %s is read to its end', (_what, text) => {
  expect(readCommand(`${text}\n/abort`)?.kind).toBe('command')
})
