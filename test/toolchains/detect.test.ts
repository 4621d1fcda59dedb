import { expect, test } from 'vitest'
import type { Problem, Toolchain, ToolchainOptions } from '../../src/ports.ts'
import { detectToolchain } from '../../src/toolchains/registry.ts'
import type { Files } from '../fakes/change.ts'
import { OPTIONS, toolchainOf, treeOf } from '../fakes/gate-context.ts'

async function nodeOf(
  json: Record<string, unknown>,
  files: Files = {},
  options: Partial<ToolchainOptions> = {},
): Promise<Toolchain> {
  const found = await toolchainOf({ 'package.json': JSON.stringify(json), ...files }, options)
  if (found === null) throw new Error('no toolchain')
  return found
}

async function problemOf(files: Files): Promise<Problem> {
  const read = async (path: string): Promise<Uint8Array | undefined> =>
    files[path] === undefined ? undefined : Buffer.from(files[path])
  const found = await detectToolchain(treeOf(files), read, OPTIONS)
  if (found === null || !('problem' in found)) throw new Error('no problem')
  return found.problem
}

test('a broken package.json is a problem with line and column', async () => {
  expect(await problemOf({ 'package.json': '{\n  "name": "x"\n  "version": 1\n}' })).toMatchObject({
    rule: 'package-json-broken',
    message: "package.json:3:3 Expected ',' or '}' after property value",
    path: 'package.json',
  })
  expect((await problemOf({ 'package.json': '{\n  "name": ' })).message).toMatch(/^package\.json:2:\d+ /)
  // what Node itself names without a place
  expect((await problemOf({ 'package.json': '{\n  "name": }\n' })).message).toMatch(/^package\.json:2:11 /)
  expect((await problemOf({ 'package.json': '{ "private": tru }' })).message).toMatch(/^package\.json:1:17 /)
  expect((await problemOf({ 'package.json': '[]' })).message).toMatch(/^package\.json:1:1 the file: /)
})

test('a field of the wrong shape is a problem that names it', async () => {
  const broken = await problemOf({ 'package.json': '{\n  "scripts": {\n    "test": 3\n  }\n}' })
  expect(broken.message).toMatch(/^package\.json:3:1 scripts\.test: /)
})

test('a byte order mark does not break a package.json', async () => {
  expect(
    (await toolchainOf({ 'package.json': '\uFEFF{"scripts":{"test":"tape t.js"}}' }))?.test,
  ).not.toBeNull()
})

test.each([
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
])('%s without a package-lock.json is a problem that says what to do', async (file, manager) => {
  const found = await problemOf({ 'package.json': '{}', [file]: '' })
  expect(found).toMatchObject({ rule: 'package-manager-unsupported', path: file })
  expect(found.message).toContain(manager)
  expect(found.fix).toContain('package-lock')
})

test('a package-lock.json beside another lockfile is what counts', async () => {
  const found = await nodeOf({ dependencies: { a: '1' } }, { 'package-lock.json': '{}', 'yarn.lock': '' })
  expect(found.install?.fetch.argv.slice(0, 2)).toEqual(['npm', 'ci'])
})

test('a packageManager field alone names the manager too', async () => {
  const found = await problemOf({ 'package.json': '{"packageManager":"pnpm@9.0.0"}' })
  expect(found.rule).toBe('package-manager-unsupported')
})

test('install is two steps: fetch with scripts off and the registry passed, then scripts without network', async () => {
  const { install, evidence } = await nodeOf({ devDependencies: { a: '1' } }, { 'package-lock.json': '{}' })
  expect(install?.fetch).toMatchObject({
    argv: ['npm', 'ci', '--ignore-scripts', `--registry=${OPTIONS.registry}`],
    egress: 'socket',
  })
  expect(install?.scripts).toMatchObject({
    argv: ['npm', 'rebuild', '--ignore-scripts=false', '--foreground-scripts'],
    egress: 'none',
  })
  expect(install?.folders).toEqual(['node_modules'])
  expect(install?.allow).toEqual(['127.0.0.1:9'])
  expect(evidence).toContain('package-lock.json')
})

test('without a lockfile nothing is written, and the evidence warns', async () => {
  const { install, evidence, confidence } = await nodeOf({ dependencies: { a: '1' } })
  expect(install?.fetch.argv).toContain('--no-package-lock')
  expect(evidence.join()).toContain('no lockfile')
  expect(confidence).toBeLessThan(1)
})

test("the repository's own postinstall runs offline with the scripts, and prepare does not", async () => {
  const scripts = { postinstall: 'patch-package', prepare: 'husky' }
  const { install } = await nodeOf({ dependencies: { a: '1' }, scripts })
  expect(install?.scripts?.argv[2]).toMatch(/^npm rebuild .* && npm run postinstall$/)
  expect(install?.scripts?.egress).toBe('none')
  const off = await nodeOf({ dependencies: { a: '1' }, scripts }, {}, { scripts: false })
  expect(off.install?.scripts).toBeNull()
})

test('a lockfile that names no install script needs no second step; one that does, links or does not tell needs it', async () => {
  const scriptsWith = async (lock: object): Promise<unknown> =>
    (await nodeOf({ dependencies: { a: '1' } }, { 'package-lock.json': JSON.stringify(lock) })).install
      ?.scripts
  const one = { 'node_modules/a': { version: '1.0.0' } }
  expect(await scriptsWith({ packages: { '': {}, ...one } })).toBeNull()
  expect(
    await scriptsWith({ packages: { ...one, 'node_modules/b': { hasInstallScript: true } } }),
  ).not.toBeNull()
  expect(await scriptsWith({ packages: { ...one, 'node_modules/b': { link: true } } })).not.toBeNull()
  expect(await scriptsWith({ lockfileVersion: 1, dependencies: {} })).not.toBeNull()
})

test('no dependencies, no install', async () => {
  expect((await nodeOf({ scripts: { test: 'node --test' } })).install).toBeNull()
})

test('the cache key changes with every file that decides the result, and with versions, and with nothing else', async () => {
  const json = { dependencies: { a: '1' }, workspaces: ['packages/*'] }
  const files = { 'package-lock.json': '{}', 'packages/a/package.json': '{}', 'readme.md': 'a' }
  const keyOf = async (more: Files, options: Partial<ToolchainOptions> = {}): Promise<string | undefined> =>
    (await nodeOf(json, { ...files, ...more }, options)).install?.key
  const key = await keyOf({})
  expect(await keyOf({ 'readme.md': 'b' })).toBe(key)
  for (const path of ['package-lock.json', 'packages/a/package.json', '.npmrc']) {
    expect(await keyOf({ [path]: '{"x":1}' })).not.toBe(key)
  }
  expect(await keyOf({}, { versions: { node: '26.0.0' } })).not.toBe(key)
  expect(await keyOf({}, { scripts: false })).not.toBe(key)
})

test('workspaces have their own node_modules; a pattern that leaves the repository has none', async () => {
  const { install } = await nodeOf(
    { workspaces: ['packages/*', '!packages/b', '../outside', './tools/x/'] },
    {
      'packages/a/package.json': '{}',
      'packages/b/package.json': '{}',
      'packages/a/deep/package.json': '{}',
      'tools/x/package.json': '{}',
    },
  )
  expect(install?.folders).toEqual(['node_modules', 'packages/a/node_modules', 'tools/x/node_modules'])
})

test('hosts of the settings pass the proxy beside the registry', async () => {
  const { install } = await nodeOf(
    { dependencies: { a: '1' } },
    {},
    { registry: 'https://npm.example/path/', allowHosts: ['files.example', 'git.example:8443'] },
  )
  expect(install?.allow).toEqual(['npm.example:443', 'files.example:443', 'git.example:8443'])
})

test('scripts come first, then tools with their configuration; what only rewrites is no lint', async () => {
  const scripted = await nodeOf({ scripts: { lint: 'eslint .', typecheck: 'tsc', build: 'tsc -b' } })
  expect(scripted.lint?.argv).toEqual(['npm', 'run', 'lint'])
  expect(scripted.typecheck?.argv).toEqual(['npm', 'run', 'typecheck'])
  expect(scripted.build?.argv).toEqual(['npm', 'run', 'build'])
  const tools = await nodeOf(
    { devDependencies: { eslint: '9', prettier: '3', typescript: '5' }, scripts: { lint: 'eslint --fix .' } },
    { 'eslint.config.js': '', 'tsconfig.json': '{}' },
  )
  expect(tools.lint?.argv.slice(-2)).toEqual(['eslint', '.'])
  expect(tools.lintFix?.argv.slice(-3)).toEqual(['eslint', '.', '--fix'])
  expect(tools.formatFix?.argv.slice(-3)).toEqual(['prettier', '--write', '.'])
  expect(tools.typecheck?.argv).toContain('--noEmit')
})

test('a tool without configuration or dependency is not used', async () => {
  const none = await nodeOf({ devDependencies: { eslint: '9' } }, { 'tsconfig.json': '{}' })
  expect([none.lint, none.lintFix, none.typecheck, none.formatFix]).toEqual([null, null, null, null])
})

test('settings override every command', async () => {
  const commands = { lint: 'my lint', typecheck: 'my types', build: 'my build', test: 'tape t.js' }
  const found = await nodeOf({ scripts: { lint: 'x', test: 'jest' } }, {}, { commands })
  expect(found.lint?.argv).toEqual(['npm', 'exec', '-c', 'my lint'])
  expect(found.typecheck?.argv.at(-1)).toBe('my types')
  expect(found.build?.argv.at(-1)).toBe('my build')
  expect(found.test).toMatchObject({
    command: { argv: ['npm', 'exec', '-c', 'tape t.js'] },
    results: { format: 'tap' },
  })
})

test('a bump keeps the group and the exactness of the entry, with scripts off', async () => {
  const found = await nodeOf(
    { dependencies: { a: '1.0.0' }, devDependencies: { b: '^1.0.0' } },
    { 'package-lock.json': '{}' },
  )
  expect(found.bump('a', '2.0.0').argv).toEqual(
    expect.arrayContaining([
      '--package-lock-only',
      '--ignore-scripts',
      '--save-prod',
      '--save-exact',
      'a@2.0.0',
    ]),
  )
  expect(found.bump('b', '2.0.0').argv).toContain('--save-dev')
  expect(found.bump('b', '2.0.0').argv).not.toContain('--save-exact')
  expect(found.bump('b', '2.0.0').egress).toBe('socket')
})

test('a bump without a lockfile makes none', async () => {
  const found = await nodeOf({ devDependencies: { '@s/b.c': '~1.0.0' } })
  expect(found.bump('@s/b.c', '1.1.0').argv).toEqual(['npm', 'pkg', 'set', 'devDependencies[@s/b.c]=~1.1.0'])
})
