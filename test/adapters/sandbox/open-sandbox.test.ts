// What openSandbox says of a machine, what it leaves behind, and what it makes reachable.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { findTool } from '../../../src/adapters/sandbox/host-tool.ts'
import { openSandbox } from '../../../src/adapters/sandbox/open-sandbox.ts'
import type { SandboxOptions } from '../../../src/adapters/sandbox/open-sandbox.ts'
import { failure, weakness } from '../../../src/adapters/sandbox/probe.ts'
import { clock, eventually, npmPath, openArena, processesWith, run, sh } from './arena.ts'
import { makeWorkTrees } from './git-work-trees.ts'

const absent = findTool('bwrap') === undefined && process.env['CI'] !== 'true'
const isRoot = process.getuid?.() === 0
const main = fileURLToPath(new URL('open-main.ts', import.meta.url))

const folders: string[] = []
async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'open-'))
  await chmod(folder, 0o755)
  folders.push(folder)
  return folder
}
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

const options: SandboxOptions = {
  git: makeWorkTrees('/nonexistent', '/nonexistent'),
  clock,
  nodePath: process.execPath,
  npmPath,
}

test('without bubblewrap there is no sandbox, and the problem holds the line that installs it', async () => {
  const scratch = await temporary()
  expect(await openSandbox({ ...options, scratch, toolFolders: [scratch] })).toEqual({
    problem: {
      rule: 'sandbox-missing',
      message: 'bubblewrap is not installed, and nothing of a repository runs outside a sandbox',
      fix: 'sudo apt-get install -y bubblewrap',
    },
  })
})

test('a bubblewrap that does not work is a problem that quotes it', async () => {
  const tools = await temporary()
  await writeFile(join(tools, 'bwrap'), '#!/bin/sh\necho "bwrap: out of order" >&2\nexit 1\n', {
    mode: 0o755,
  })
  await copyFile('/usr/bin/prlimit', join(tools, 'prlimit'))
  const opened = await openSandbox({ ...options, scratch: await temporary(), toolFolders: [tools] })
  expect(opened).toMatchObject({ problem: { rule: 'sandbox-probe' } })
  expect('problem' in opened && opened.problem.message).toContain('bwrap: out of order')
})

test('a bubblewrap that leaves privileges is refused, even when the command runs', async () => {
  const tools = await temporary()
  await writeFile(join(tools, 'bwrap'), '#!/bin/sh\nexec cat /proc/self/status\n', { mode: 0o755 })
  await copyFile('/usr/bin/prlimit', join(tools, 'prlimit'))
  const opened = await openSandbox({ ...options, scratch: await temporary(), toolFolders: [tools] })
  expect(opened).toMatchObject({ problem: { rule: 'sandbox-weak' } })
  expect(
    weakness('CapInh:\t0000\nCapPrm:\t0\nCapEff:\t0\nCapBnd:\t0\nCapAmb:\t0\nNoNewPrivs:\t1\n'),
  ).toBeUndefined()
  expect(weakness('')).toMatchObject({ rule: 'sandbox-weak' })
})

test('words of bubblewrap under AppArmor and of an old one lead to their own advice', () => {
  expect(failure('bwrap', 'bwrap: setting up uid map: Permission denied')).toMatchObject({
    rule: 'sandbox-userns',
    fix: expect.stringContaining('apparmor_restrict_unprivileged_userns=0'),
  })
  expect(failure('bwrap', 'bwrap: Unknown option --disable-userns')).toMatchObject({ rule: 'sandbox-old' })
})

test('a scratch folder with a long path, and a CA file that is not there, are problems', async () => {
  const scratch = join(await temporary(), 'a'.repeat(80))
  expect(await openSandbox({ ...options, scratch })).toMatchObject({ problem: { rule: 'sandbox-scratch' } })
  const caFile = join(await temporary(), 'none.pem')
  expect(await openSandbox({ ...options, scratch: await temporary(), caFile })).toMatchObject({
    problem: { rule: 'sandbox-ca', path: caFile },
  })
})

test('docker without an image is a problem, and no level falls back to none', async () => {
  const scratch = await temporary()
  expect(await openSandbox({ ...options, scratch, level: 'docker' })).toMatchObject({
    problem: { rule: 'sandbox-missing' },
  })
})

describe.skipIf(absent)('with bubblewrap (skipped: it is not installed)', () => {
  test('a machine that forbids user namespaces is told so', async () => {
    const scratch = await temporary()
    await chmod(scratch, 0o777)
    const { stdout } = await promisify(execFile)(findTool('bwrap') ?? '', [
      ...'--unshare-user --disable-userns --uid 1000 --gid 1000 --dev-bind / / --'.split(' '),
      process.execPath,
      main,
      join(scratch, 'inside'),
    ])
    expect(JSON.parse(stdout)).toMatchObject({
      rule: 'sandbox-userns',
      message: expect.stringContaining('Creating new namespace failed'),
    })
  })

  test('when the host is killed, what ran inside dies with it', async () => {
    const scratch = await temporary()
    const host = spawn(process.execPath, [main, join(scratch, 's'), 'setsid sleep 4327.77 & sleep 4327.77'])
    const inside = (): boolean => processesWith('4327.77').some((one) => one.command.startsWith('sleep'))
    expect(await eventually(inside)).toBe(true)
    host.kill('SIGKILL')
    expect(await eventually(() => processesWith('4327.77').length === 0)).toBe(true)
  })

  test('a scratch folder of its own is gone after closing, a given one keeps only the cache', async () => {
    const before = await ownScratchFolders()
    const arena = await openArena()
    const own = await openSandbox(options)
    expect((await ownScratchFolders()).length).toBeGreaterThan(before.length)
    if ('problem' in own) throw new Error(own.problem.message)
    await own.close()
    await own.close()
    expect(await ownScratchFolders()).toEqual(before)
    await arena.sandbox.workspace({ base: arena.base, purpose: 'left open' })
    await arena.sandbox.close()
    expect(await readdir(join(arena.scratch, 'w'))).toEqual([])
    expect((await readdir(arena.scratch)).toSorted()).toEqual(['cache', 'w'])
    await expect(arena.sandbox.workspace({ base: arena.base, purpose: 'late' })).rejects.toThrow('closed')
    await arena.close()
  })

  test('the scratch folder of a host that is long dead is removed, a recent one is left', async () => {
    const ended = spawn('/bin/true')
    await once(ended, 'exit')
    const old = join(tmpdir(), `autopilot-${ended.pid}-old`)
    const recent = join(tmpdir(), `autopilot-${ended.pid}-recent`)
    for (const folder of [old, recent]) await mkdir(join(folder, 'w'), { recursive: true })
    await utimes(join(old, 'w'), 0, 0)
    const own = await openSandbox(options)
    const left = await readdir(tmpdir())
    expect(left).not.toContain(basename(old))
    expect(left).toContain(basename(recent))
    await rm(recent, { recursive: true })
    if (!('problem' in own)) await own.close()
  })

  test('commands with egress are told the CA file and the registry, and others are not', async () => {
    const folder = await temporary()
    await writeFile(join(folder, 'ca.pem'), 'certificates', { mode: 0o600 })
    const arena = await openArena(undefined, {
      caFile: join(folder, 'ca.pem'),
      registry: 'https://registry.example/npm/',
    })
    const workspace = await arena.sandbox.workspace({ base: arena.base, allow: [], purpose: 'egress' })
    const ask = 'cat "$NODE_EXTRA_CA_CERTS"; npm config get registry; echo "$https_proxy"'
    const seen = await sh(workspace, ask, { egress: 'socket' })
    expect(seen.out).toBe('certificateshttps://registry.example/npm/\nhttp://127.0.0.1:3128\n')
    expect((await sh(workspace, 'env')).out).not.toMatch(/proxy|CA_CERTS/i)
    await arena.close()
  })

  test('without control groups the limits of processes hold, and the sandbox says so', async () => {
    const arena = await openArena(undefined, { cgroups: false })
    expect(arena.sandbox.limitsBy).toBe('rlimit')
    const workspace = await arena.sandbox.workspace({ base: arena.base, purpose: 'rlimits' })
    const many = 'i=0; while [ $i -lt 100 ]; do sleep 9 & i=$((i+1)); done; echo all'
    expect((await sh(workspace, many, { limits: { processes: 30 } })).out).not.toContain('all')
    const eat =
      'const b = []; for (let i = 0; i < 40; i++) b.push(Buffer.alloc(2 ** 24, 1)); console.log("fed")'
    const hungry = await run(workspace, ['node', '-e', eat], { limits: { memoryBytes: 300 * 2 ** 20 } })
    expect(hungry.out).not.toContain('fed')
    const fed = await run(workspace, ['node', '-e', eat], { limits: { memoryBytes: 2 ** 31 } })
    expect(fed.out).toBe('fed\n')
    await arena.close()
  })

  test.skipIf(!isRoot)(
    'node and npm below a closed home are copied to where the dropped uid reaches them',
    async () => {
      const home = await temporary()
      await copyFile(process.execPath, join(home, 'node'))
      await mkdir(join(home, 'npm'))
      for (const part of ['bin', 'lib', 'node_modules', 'package.json', 'index.js']) {
        await cp(join(npmPath, part), join(home, 'npm', part), { recursive: true })
      }
      await chmod(home, 0o700)
      const arena = await openArena(undefined, { nodePath: join(home, 'node'), npmPath: join(home, 'npm') })
      const workspace = await arena.sandbox.workspace({ base: arena.base, purpose: 'tools' })
      expect((await sh(workspace, 'node -p 1+1; npm --version')).out).toMatch(/^2\n\d+\.\d+\.\d+\n$/)
      await arena.close()
    },
  )

  test.skipIf(!isRoot)(
    'a scratch or cache folder that the dropped uid cannot reach is a problem',
    async () => {
      const home = await temporary()
      await chmod(home, 0o700)
      const blocked = { problem: { rule: 'sandbox-unreachable', path: home } }
      expect(await openSandbox({ ...options, scratch: join(home, 'scratch') })).toMatchObject(blocked)
      const scratch = await temporary()
      expect(await openSandbox({ ...options, scratch, cache: join(home, 'cache') })).toMatchObject(blocked)
    },
  )
})

async function ownScratchFolders(): Promise<readonly string[]> {
  const prefix = `autopilot-${process.pid}-`
  return (await readdir(tmpdir())).filter((name) => name.startsWith(prefix)).toSorted()
}
