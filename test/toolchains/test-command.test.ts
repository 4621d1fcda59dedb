import { expect, test } from 'vitest'
import type { TestCommand } from '../../src/ports.ts'
import { testCommandOf } from '../../src/toolchains/node/test-command.ts'

function commandFor(
  scripts: Record<string, string>,
  dependencies: Record<string, string> = {},
  line?: string,
): TestCommand {
  const found = testCommandOf(scripts, dependencies, line)
  if (found === null) throw new Error('no test command')
  return found
}

test('no script, an empty one and the line of npm init are no tests', () => {
  expect(testCommandOf({}, {}, undefined)).toBeNull()
  expect(testCommandOf({ test: ' ' }, {}, undefined)).toBeNull()
  expect(testCommandOf({ test: 'echo "Error: no test specified" && exit 1' }, {}, undefined)).toBeNull()
})

test('old tap is asked for TAP by its environment, newer tap also to leave the code alone', () => {
  const old = commandFor({ test: 'tap test/*.js' }, { tap: '~0.4.0' })
  expect(old.command.argv).toEqual(['npm', 'test'])
  expect(old.command.env).toMatchObject({ TAP: '1', NODE_V8_COVERAGE: '/out/coverage' })
  expect(old.results).toEqual({ format: 'tap', from: 'stdout' })
  expect(commandFor({ test: 'tap' }, { tap: '^16.0.0' }).command.argv).toEqual([
    'npm',
    'test',
    '--',
    '--no-coverage',
  ])
  expect(commandFor({ test: 'tap' }, { tap: '^21.0.0' }).command.argv.at(-1)).toBe('--disable-coverage')
})

test('node --test gets its reporter by NODE_OPTIONS, wherever it stands in the line', () => {
  for (const script of ['node --test', 'npm run lint && node --test && echo done', 'node --test | tee log']) {
    const found = commandFor({ test: script, lint: 'eslint .' })
    expect(found.command.argv).toEqual(['npm', 'test'])
    expect(found.command.env['NODE_OPTIONS']).toContain('--test-reporter=junit')
    expect(found.results).toEqual({ format: 'junit', from: 'file', path: '/out/tests.xml' })
  }
})

test('arguments go behind the runner when it ends the line, also through scripts in between', () => {
  const jest = commandFor({ test: 'npm run lint && jest', lint: 'eslint .' })
  expect(jest.command.argv.slice(0, 3)).toEqual(['npm', 'test', '--'])
  expect(jest.command.argv).toContain('--json')
  const nested = commandFor({ test: 'npm run unit', unit: 'npm run deep -- --x', deep: 'vitest' })
  expect(nested.command.argv.slice(0, 5)).toEqual(['npm', 'test', '--', '--', '--run'])
})

test.each([
  ['jest && echo done', 'something follows'],
  ['jest || true', 'the exit code is hidden'],
  ['jest $FILES', 'a substitution'],
  ['(jest)', 'a subshell'],
  ['jest > log.txt', 'a redirection'],
  ['jest &', 'in the background'],
  ['ava | tap-spec', 'a pipe'],
  ['tape test.js | tap-spec', 'a pipe'],
  ['mocha a && mocha b', 'two runners'],
  ['uvu test', 'an unknown runner'],
  ['node build.js', 'no runner'],
])('%s cannot be counted safely (%s): only the exit code is known', (script) => {
  const found = commandFor({ test: script }, { tape: '5' })
  expect(found.results.format).toBe('none')
  expect(found.command.argv).toEqual(['npm', 'test'])
  expect(found.how).toContain('only the exit code is known')
})

test('a script in between that does not end the line takes no arguments to its runner', () => {
  const found = commandFor({ test: 'npm run unit && npm run lint', unit: 'jest', lint: 'eslint .' })
  expect(found.results.format).toBe('none')
})

test('mocha takes arguments at the end, else its environment, unless the line names a reporter', () => {
  const dependencies = { mocha: '^10.8.0' }
  const last = commandFor({ test: 'mocha test' }, dependencies)
  expect(last.command.argv.slice(0, 4)).toEqual(['npm', 'test', '--', '--reporter'])
  const inside = commandFor({ test: 'mocha test && echo' }, dependencies)
  expect(inside.command.argv).toEqual(['npm', 'test'])
  expect(inside.command.env['MOCHA_OPTIONS']).toContain('--reporter json')
  expect(inside.results).toMatchObject({ format: 'mocha-json', from: 'file' })
  expect(commandFor({ test: 'mocha -R dot && echo' }, dependencies).results.format).toBe('none')
  expect(commandFor({ test: 'mocha && echo' }, { mocha: '^9.0.0' }).results.format).toBe('none')
})

test('vitest measures coverage with the provider the repository has, or says that it has none', () => {
  const with_ = commandFor({ test: 'vitest' }, { '@vitest/coverage-v8': '3' })
  expect(with_.command.argv).toContain('--coverage.provider=v8')
  expect(with_.coverage).toBe('/out/coverage')
  const without = commandFor({ test: 'vitest' })
  expect(without.coverage).toBeNull()
  expect(without.how).toContain('no coverage')
})

test('wrappers and environment words before a runner are looked through', () => {
  for (const script of [
    'NODE_ENV=test ava',
    'cross-env A=b ava',
    'npx ava',
    'c8 -r lcov ava',
    'nyc ava',
    './node_modules/.bin/ava',
  ]) {
    expect(commandFor({ test: script }).results.format).toBe('tap')
  }
})

test('a plain node file is a runner only where a TAP library is at hand', () => {
  expect(commandFor({ test: 'node test/index.js' }, { tape: '^5.0.0' }).results.format).toBe('tap')
  expect(commandFor({ test: 'node test/index.js' }).results.format).toBe('none')
})

test('scripts that call one another in a circle end', () => {
  expect(commandFor({ test: 'npm run a', a: 'npm run b', b: 'npm run a' }).results.format).toBe('none')
})

test('a line of the settings is run by npm exec, with arguments quoted at its end', () => {
  const found = commandFor({ test: 'x' }, {}, 'jest --verbose')
  expect(found.command.argv.slice(0, 3)).toEqual(['npm', 'exec', '-c'])
  expect(found.command.argv[3]).toMatch(/^jest --verbose --ci --json .* '--coverageThreshold=\{\}'$/)
})
