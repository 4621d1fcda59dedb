import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'
import type { TriggerEvent } from '../triggers/trigger-event.ts'

function origin(): { url: string; event: Partial<TriggerEvent>; first: string; second: string } {
  const folder = mkdtempSync(join(tmpdir(), 'loopback-origin-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@localhost', ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      encoding: 'utf8',
    }).trim()
  git('init', '--quiet', '--initial-branch=main')
  git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  const commit = (text: string) => {
    writeFileSync(join(folder, 'a.txt'), text)
    git('add', '--all')
    git('commit', '--quiet', `--message=${text}`)
    return git('rev-parse', 'HEAD')
  }
  const first = commit('first')
  git('tag', 'v1')
  const second = commit('second')
  git('update-ref', 'refs/pull/7/merge', first)
  return { url: `file://${folder}`, event: { sha: second }, first, second }
}

const job = (inputs: string, run: string) => `on: [push, pull_request]
jobs:
  a:
    runs-on: x
    steps:
      - { id: c, uses: actions/checkout@v4, with: ${inputs} }
      - run: ${run}
`

const LOOK = `'echo "$(cat a.txt) $(git rev-parse --abbrev-ref HEAD) $(git rev-list --all --count) \${{ steps.c.outputs.commit }}"'`

test.each([
  ['{}', 'second main 1'],
  ['{ fetch-depth: 0 }', 'second main 2'],
  ['{ ref: v1 }', 'first HEAD 1'],
  ['{ ref: main }', 'second main 1'],
])('with %s the workspace has %s', async (inputs, expected) => {
  const { url, event, first, second } = origin()
  const seen = await makeMemoryForge({ cloneUrl: url }).play(job(inputs, LOOK), event)
  expect(seen.log('a')).toContain(`${expected} ${expected.startsWith('first') ? first : second}`)
  expect(seen.conclusion('a')).toBe('success')
})

test('a commit can be asked for, and a pull request’s merge commit is what its event means', async () => {
  const { url, event, first } = origin()
  const byHash = await makeMemoryForge({ cloneUrl: url }).play(job(`{ ref: ${first} }`, LOOK), event)
  expect(byHash.log('a')).toContain(`first HEAD 1 ${first}`)
  const pull = {
    name: 'pull_request',
    action: 'opened',
    ref: 'refs/pull/7/merge',
    baseRef: 'main',
    sha: first,
  }
  const merged = await makeMemoryForge({ cloneUrl: url }).play(job('{}', LOOK), pull)
  expect(merged.log('a')).toContain(`first HEAD 1 ${first}`)
})

test('the token lies in the configuration until the job ends, or not at all', async () => {
  const { url, event } = origin()
  const look = `'git config --get-regexp extraheader | sed "s/basic .*/basic is there/" || true; echo over'`
  const kept = await makeMemoryForge({ cloneUrl: url }).play(job('{}', look), event)
  expect(kept.log('a')).toContain('http.http://127.0.0.1:9/.extraheader AUTHORIZATION: basic is there')
  expect(kept.log('a')).not.toContain(kept.tokens[0]?.token)
  const dropped = await makeMemoryForge({ cloneUrl: url }).play(
    job('{ persist-credentials: false }', look),
    event,
  )
  expect(dropped.log('a')).not.toContain('.extraheader AUTHORIZATION: basic is there')
  expect(dropped.log('a').split('\n')).toContain('over')
})

test('a repository lands below path, and never outside of the workspace', async () => {
  const { url, event } = origin()
  const below = await makeMemoryForge({ cloneUrl: url }).play(job('{ path: sub }', 'cat sub/a.txt'), event)
  expect(below.log('a').split('\n')).toContain('second')
  const outside = await makeMemoryForge({ cloneUrl: url }).play(job('{ path: ../.. }', 'true'), event)
  expect(outside.log('a')).toContain('is not under')
  expect(outside.conclusion('a')).toBe('failure')
})

test.each([
  ['{ ref: gone }', "A branch or tag with the name 'gone' could not be found"],
  ['{ submodules: true }', 'The stand-in of actions/checkout knows no submodules'],
])('%s fails with a sentence', async (inputs, message) => {
  const { url, event } = origin()
  const seen = await makeMemoryForge({ cloneUrl: url }).play(job(inputs, 'true'), event)
  expect(seen.job('a').annotations[0]?.message).toContain(message)
})
