import { expect, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'

const job = (...steps: string[]) =>
  `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n${steps.map((step) => `      - ${step}\n`).join('')}`

test('setup-node puts this Node first in PATH and warns where another was asked for', async () => {
  const seen = await makeMemoryForge({ settings: { path: '/usr/bin:/bin' } }).play(
    job(
      '{ id: node, uses: actions/setup-node@v4, with: { node-version: 18 } }',
      `run: 'echo "\${{ steps.node.outputs.node-version }} is $(node --version)"'`,
    ),
  )
  expect(seen.log('a')).toContain(`${process.version} is ${process.version}`)
  expect(seen.log('a')).toContain('##[warning]Node 18 was asked for')
})

test('a cache is restored by its key, else by the newest prefix, and saved when the job succeeded', async () => {
  const forge = makeMemoryForge()
  const use = (key: string, file: string) =>
    job(
      `{ id: c, uses: actions/cache@v4, with: { path: kept, key: ${key}, restore-keys: 'k-' } }`,
      `run: 'echo "[\${{ steps.c.outputs.cache-hit }}] $(ls kept 2>/dev/null | tr "\\n" " ")"; mkdir -p kept; touch kept/${file}'`,
    )
  const failed = await forge.play(`${use('k-1', 'one')}      - run: exit 1\n`)
  expect(failed.log('a')).not.toContain('Cache saved')
  const first = await forge.play(use('k-1', 'one'))
  expect(first.log('a')).toContain('[] ')
  expect(first.log('a')).toContain('Cache saved with key: k-1')
  expect((await forge.play(use('k-2', 'two'))).log('a')).toContain('[false] one ')
  const hit = await forge.play(use('k-2', 'three'))
  expect(hit.log('a')).toContain('[true] one two ')
  expect(hit.log('a')).toContain('not saved')
})

test('restore alone saves nothing, save alone saves once, and a miss may fail', async () => {
  const forge = makeMemoryForge()
  const inputs = 'with: { path: kept, key: k }'
  const missed = await forge.play(
    job('{ uses: actions/cache/restore@v4, with: { path: kept, key: k, fail-on-cache-miss: true } }'),
  )
  expect(missed.conclusion('a')).toBe('failure')
  const saved = await forge.play(
    job('run: mkdir kept; echo x > kept/x', `{ uses: actions/cache/save@v4, ${inputs} }`),
  )
  expect(saved.log('a')).toContain('Cache saved with key: k')
  const restored = await forge.play(
    job(
      `{ uses: actions/cache/restore@v4, ${inputs} }`,
      'run: cat kept/x',
      `{ uses: actions/cache/save@v4, ${inputs} }`,
    ),
  )
  expect(restored.log('a').split('\n')).toContain('x')
  expect(restored.log('a')).toContain('##[warning]Failed to save')
})

test('apt-get is a stand-in only where the setting says so', async () => {
  const text = job('run: command -v apt-get || true; sudo apt-get install -y bubblewrap && echo went on')
  const seen = await makeMemoryForge({ settings: { packageTools: true } }).play(text)
  expect(seen.log('a')).toContain(
    'apt-get (stand-in of the loopback) installs nothing: install -y bubblewrap',
  )
  expect(seen.log('a').split('\n')).toContain('went on')
  const without = await makeMemoryForge().play(job('run: command -v apt-get || true'))
  expect(without.log('a')).not.toContain('stand-ins/bin')
})
