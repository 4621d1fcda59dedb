// Setup on machines that lack something: what it runs, what it says, and that it goes on.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, onTestFinished, test } from 'vitest'

const SETUP = fileURLToPath(new URL('setup.mjs', import.meta.url))

interface Setup {
  planTools: (machine: {
    missing: string[]
    uid: number
    has: (command: string) => boolean
    sudo: 'free' | 'asks' | 'no'
  }) => { run?: string[][]; say: string[] }
  isNewEnough: (version: string) => boolean
}
// a variable, since the compiler reads no types from a plain JavaScript module
const { planTools, isNewEnough } = (await import(SETUP)) as Setup

describe('planTools', () => {
  const debian = { has: () => true, sudo: 'no' as const }

  test('nothing is missing: nothing is said or run', () => {
    expect(planTools({ ...debian, missing: [], uid: 0 })).toEqual({ say: [] })
  })

  test('root installs at once, saying so', () => {
    const plan = planTools({ ...debian, missing: ['bwrap', 'git'], uid: 0 })
    expect(plan.say).toEqual(['bubblewrap and git are missing: installing with apt-get as root.'])
    expect(plan.run?.[1]).toEqual([
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-qq',
      'install',
      '-y',
      '--no-install-recommends',
      'bubblewrap',
      'git',
    ])
  })

  test('another user goes through sudo, without a question where none can be answered', () => {
    const free = planTools({ ...debian, missing: ['bwrap'], uid: 1000, sudo: 'free' })
    expect(free.say).toEqual(['bubblewrap is missing: installing with apt-get through sudo.'])
    expect(free.run?.[0]?.slice(0, 3)).toEqual(['sudo', '-n', 'env'])
    const asks = planTools({ ...debian, missing: ['bwrap'], uid: 1000, sudo: 'asks' })
    expect(asks.run?.[0]?.slice(0, 2)).toEqual(['sudo', 'env'])
  })

  test('without the right to install, the line to type is said', () => {
    expect(planTools({ ...debian, missing: ['bwrap'], uid: 1000 })).toEqual({
      say: [
        '! bubblewrap is missing. Type: sudo apt-get install -y bubblewrap',
        'Without bubblewrap, autopilot run exits with 5.',
      ],
    })
  })

  test('without apt-get nothing is tried', () => {
    const plan = planTools({ missing: ['bwrap'], uid: 0, has: () => false, sudo: 'no' })
    expect(plan.run).toBeUndefined()
    expect(plan.say[0]).toBe(
      '! bubblewrap is missing, and this system has no apt-get. Install bubblewrap with the package manager of this system.',
    )
  })
})

test.each([
  ['v24.21.0', true],
  ['v24.10.0', true],
  ['v25.0.0', true],
  ['v24.9.1', false],
  ['v20.20.2', false],
  ['', false],
])('Node %s is new enough: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected)
})

describe('npm run setup', () => {
  /** A copy of setup in a checkout of its own, with a PATH of programs that only write down how they were called. */
  function checkout(programs: Record<string, string>): { root: string; bin: string; log: string } {
    const root = mkdtempSync(join(tmpdir(), 'setup-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    const bin = join(root, 'bin')
    const log = join(root, 'calls')
    mkdirSync(join(root, 'test/setup'), { recursive: true })
    mkdirSync(join(root, 'node_modules/.bin'), { recursive: true })
    mkdirSync(bin)
    cpSync(SETUP, join(root, 'test/setup/setup.mjs'))
    writeFileSync(log, '')
    for (const [path, body] of Object.entries(programs)) {
      const file = path.includes('/') ? join(root, path) : join(bin, path)
      writeFileSync(file, `#!/bin/sh\necho "${path} $*" >> '${log}'\n${body}\n`)
      chmodSync(file, 0o755)
    }
    return { root, bin, log }
  }

  async function setup(
    programs: Record<string, string>,
  ): Promise<{ code: number | undefined; said: string; calls: string }> {
    const { root, bin, log } = checkout(programs)
    const run = await execa(process.execPath, [join(root, 'test/setup/setup.mjs')], {
      extendEnv: false,
      env: { PATH: bin },
      stdin: 'ignore',
      all: true,
      reject: false,
    })
    return { code: run.exitCode, said: run.all, calls: readFileSync(log, 'utf8') }
  }

  const NODE = { 'node_modules/.bin/node': 'echo v24.21.0' }

  test('installs dependencies, checks Node and the sandbox, and says what to type next', async () => {
    const { code, said, calls } = await setup({ ...NODE, npm: '', git: '', bwrap: '' })
    expect(said).toMatch(
      /✓ Node v24\.21\.0, from node_modules\n✓ bubblewrap makes a sandbox\nNext, type: npm run demo/,
    )
    expect(calls).toContain('npm ci --loglevel=error\n')
    expect(calls).not.toContain('apt-get')
    expect(code).toBe(0)
  })

  test('goes on without bubblewrap where it cannot be installed, and says the line', async () => {
    const { code, said } = await setup({ ...NODE, npm: '', git: '' })
    expect(said).toContain('bubblewrap is missing')
    expect(said).toContain('Next, type: npm run demo')
    expect(code).toBe(0)
  })

  test('says why bubblewrap makes no sandbox', async () => {
    const { code, said } = await setup({
      ...NODE,
      npm: '',
      git: '',
      bwrap: 'echo "setting up uid map" >&2; exit 1',
    })
    expect(said).toContain(
      '! bubblewrap is here but makes no sandbox: setting up uid map\n  On Ubuntu, type: ',
    )
    expect(code).toBe(0)
  })

  test('ends with the code of npm where npm ci fails', async () => {
    const { code, said } = await setup({ ...NODE, npm: 'echo broken >&2; exit 7', git: '', bwrap: '' })
    expect(said).toMatch(/broken\n✗ npm ci failed; its message is above\. Type: npm run setup$/)
    expect(code).toBe(7)
  })

  test('refuses a Node that is too old', async () => {
    const { code, said } = await setup({
      'node_modules/.bin/node': 'echo v20.1.0',
      npm: '',
      git: '',
      bwrap: '',
    })
    expect(said).toContain('✗ Node v20.1.0, from node_modules; 24.10 or later is needed.')
    expect(code).toBe(1)
  })
})
