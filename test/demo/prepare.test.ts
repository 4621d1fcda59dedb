// The demo's repository and issues: always the same commit, patches that apply, and each does what it is there for.
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { lintSource } from '@secretlint/core'
import { execa } from 'execa'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Break } from './prepare.ts'
import { BREAKS, demoFolder, prepareDemo } from './prepare.ts'

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function git(repo: string, ...args: string[]): Promise<string> {
  return (await execa('git', args, { cwd: repo, env: { GIT_CONFIG_GLOBAL: '/dev/null' } })).stdout
}

/** The repository with the issue's patch applied, and the patch. */
async function patched(broken?: Break): Promise<{ repo: string; diff: string; text: string }> {
  const demo = await prepareDemo({ folder: await scratch(), ...(broken && { broken }) })
  const text = await readFile(demo.issue, 'utf8')
  const diff = /^```diff\n([^]*?)^```$/m.exec(text)?.[1] ?? ''
  await writeFile(`${demo.repo}.patch`, diff)
  await git(demo.repo, 'apply', `${demo.repo}.patch`)
  return { repo: demo.repo, diff, text }
}

/** What `expression` is after parsing `args` with the package's code, in a process of its own. */
async function after(repo: string, args: readonly string[], expression: string): Promise<unknown> {
  const code = `const argv = require(${JSON.stringify(repo)})(${JSON.stringify(args)});
    process.stdout.write(JSON.stringify({ value: ${expression} }))`
  const { stdout } = await execa(process.execPath, ['--eval', code])
  return (JSON.parse(stdout) as { value?: unknown }).value
}

const REPORTED = ['--_.constructor.constructor.prototype.polluted', '1']

test('the repository is clean, on main, holds the package with a lockfile, and is the same commit every time', async () => {
  const one = await prepareDemo({ folder: await scratch() })
  const two = await prepareDemo({ folder: await scratch(), broken: 'tests' })
  expect(await git(one.repo, 'status', '--porcelain', '--ignored')).toBe('')
  expect(await git(one.repo, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
  expect(await git(one.repo, 'rev-parse', 'HEAD')).toBe(await git(two.repo, 'rev-parse', 'HEAD'))
  const files = (await git(one.repo, 'ls-files')).split('\n')
  expect(files).toEqual(
    expect.arrayContaining(['index.js', 'package.json', 'package-lock.json', 'test/proto.js']),
  )
  expect(files.filter((file) => file.includes('node_modules'))).toEqual([])
})

test('the lockfile fits the package and names no registry', () => {
  const lock = JSON.parse(readFileSync(new URL('data/package-lock.json', import.meta.url), 'utf8')) as {
    lockfileVersion: number
    packages: Record<
      string,
      { version: string; resolved?: string; integrity?: string; devDependencies?: unknown }
    >
  }
  const { '': root, ...packages } = lock.packages
  expect(lock.lockfileVersion).toBe(3)
  expect(root?.version).toBe('1.2.5')
  expect(root?.devDependencies).toEqual({ covert: '^1.0.0', tap: '~0.4.0', tape: '^3.5.0' })
  expect(Object.keys(packages)).toHaveLength(283)
  expect(Object.values(packages).filter((one) => one.resolved !== undefined)).toEqual([])
  expect(Object.values(packages).filter((one) => !one.integrity?.startsWith('sha'))).toEqual([])
})

test('a folder that is in use is not written over', async () => {
  const folder = await scratch()
  await prepareDemo({ folder })
  await expect(prepareDemo({ folder })).rejects.toThrow('is not empty')
})

test('a new demo replaces the last one, unless it is to be kept', async () => {
  const root = join(await scratch(), 'demo-output')
  await prepareDemo({ folder: await demoFolder(root, false) })
  expect(await demoFolder(root, true)).toBe(join(root, '2'))
  expect(await demoFolder(root, false)).toBe(join(root, '1'))
  expect(await demoFolder(root, true)).toBe(join(root, '1'))
})

describe('the patches', () => {
  test('the weakness is real before the patch and gone with it', async () => {
    const { repo } = await prepareDemo({ folder: await scratch() })
    expect(await after(repo, REPORTED, '(function () {}).polluted')).toBe(1)
    const fixed = await patched()
    expect(await after(fixed.repo, REPORTED, '(function () {}).polluted')).toBeUndefined()
    expect(await after(fixed.repo, ['--x', '--x.constructor.prototype.y', '1'], 'true.y')).toBeUndefined()
    expect(await after(fixed.repo, ['--a.b.c', '1', '--a.b.d', '2'], 'argv.a')).toEqual({ b: { c: 1, d: 2 } })
  })

  test('the good patch touches two files, both named in the prose', async () => {
    const { repo, text } = await patched()
    const touched = (await git(repo, 'diff', '--name-only')).split('\n')
    expect(touched).toEqual(['index.js', 'test/proto.js'])
    const prose = text.slice(0, text.indexOf('```diff'))
    for (const path of touched) expect(prose).toContain(`\`${path}\``)
  })

  test('tests: keys that nest are lost, which a test of the package expects', async () => {
    const { repo } = await patched('tests')
    expect(await after(repo, ['--foo.bar', '3', '--foo.baz', '4'], 'argv.foo')).toEqual({ bar: 3 })
  })

  test('scope: the manifest is changed although no prose names it', async () => {
    const { repo, text } = await patched('scope')
    expect((await git(repo, 'diff', '--name-only')).split('\n')).toContain('package.json')
    expect(text.slice(0, text.indexOf('```diff'))).not.toContain('package.json')
  })

  test('coverage: most added lines of code never run in the tests that come with them', async () => {
    const { diff } = await patched('coverage')
    const added = diff.split('\n').filter((line) => /^\+(?!\+\+)/.test(line))
    const never = added.filter((line) => /onRefused ===|path|refused|console|throw/.test(line))
    expect(never.length / added.length).toBeGreaterThan(0.25)
  })

  test('secret: the added key is one that the scanner finds, and the repository itself holds none', async () => {
    const { repo } = await patched('secret')
    const rules = [{ id: 'preset', rule: creator, options: {} }]
    const scan = async (content: string): Promise<string[]> => {
      const source = { content, filePath: '/proto.js', ext: '.js', contentType: 'text' as const }
      const result = await lintSource({ source, options: { config: { rules } } })
      return result.messages.map((message) => message.messageId)
    }
    expect(await scan(await readFile(join(repo, 'test/proto.js'), 'utf8'))).toEqual([
      'GITHUB_TOKEN',
      'GITHUB_TOKEN',
    ])
    const own = ['data/break-secret.md', 'prepare.ts'].map((name) =>
      readFileSync(new URL(name, import.meta.url), 'utf8'),
    )
    expect(await Promise.all(own.map(scan))).toEqual([[], []])
  })

  test.each(BREAKS)('%s: says what the good issue says, apart from the patch', async (broken) => {
    const good = (await patched()).text
    const { text } = await patched(broken)
    const prose = (page: string): string => page.slice(0, page.indexOf('## Proposed patch'))
    expect(prose(text)).toBe(prose(good))
    expect(text).not.toBe(good)
  })
})
