// Installing from a registry on loopback: two steps, one egress, an immutable cache.
import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findTool } from '../../../src/adapters/sandbox/host-tool.ts'
import { digestOf } from '../../../src/contracts/canonical.ts'
import type { InstallPlan } from '../../../src/ports.ts'
import { openArena, run, sh } from './arena.ts'
import type { Arena } from './arena.ts'
import { openRegistry } from './registry.ts'
import type { LoopbackRegistry } from './registry.ts'

const absent = findTool('bwrap') === undefined && process.env['CI'] !== 'true'

/** Leaves what it saw, a setuid program, and a file that everyone may write. */
const script = `
const fs = require('node:fs')
const net = require('node:net')
fs.writeFileSync('marker.txt', 'ran')
fs.copyFileSync('/bin/true', 'suid'); fs.chmodSync('suid', 0o6777)
try { fs.writeFileSync(process.env.npm_config_cache + '/poison', 'x'); fs.writeFileSync('cache.txt', 'written') } catch (e) { fs.writeFileSync('cache.txt', e.code) }
const s = net.connect(Number(process.env.PROBE_PORT), '127.0.0.1')
s.on('connect', () => { fs.writeFileSync('net.txt', 'reached'); s.destroy() })
s.on('error', (e) => fs.writeFileSync('net.txt', e.code))
`

describe.skipIf(absent)('installing with bubblewrap (skipped: it is not installed)', () => {
  let registry: LoopbackRegistry
  let arena: Arena
  let plan: InstallPlan
  beforeAll(async () => {
    registry = await openRegistry([
      { name: 'plain', version: '1.0.0', files: { 'index.js': 'module.exports = "plain"\n' } },
      {
        name: 'scripted',
        version: '2.0.0',
        manifest: { scripts: { install: 'node install.js' }, bin: { scripted: 'cli.js' } },
        files: { 'install.js': script, 'cli.js': '#!/usr/bin/env node\nconsole.log("cli")\n' },
      },
    ])
    const dependencies = { plain: '1.0.0', scripted: '2.0.0' }
    arena = await openArena({
      'package.json': JSON.stringify({ name: 'root', version: '0.0.1', dependencies }),
      'package-lock.json': registry.lockfile({ name: 'root', version: '0.0.1', dependencies }),
      '.gitignore': 'node_modules\n',
    })
    const npm = ['--no-audit', '--no-fund', `--registry=${registry.url}`]
    plan = {
      key: digestOf('plan'),
      fetch: { argv: ['npm', 'ci', '--ignore-scripts', ...npm], env: {}, egress: 'socket' },
      scripts: {
        argv: ['npm', 'rebuild', '--offline'],
        env: { PROBE_PORT: registry.host.split(':')[1] ?? '' },
        egress: 'none',
      },
      folders: ['node_modules'],
      allow: [registry.host],
    }
  })
  afterAll(async () => {
    await arena.close()
    await registry.close()
  })

  test('packages come through the proxy, scripts run without network and cannot write the cache', async () => {
    const installed = await arena.sandbox.install({ base: arena.base, plan })
    expect(installed.ok ? '' : `${installed.problem.message}\n${installed.log}`).toBe('')
    if (!installed.ok) return
    expect(installed.dependencies.log).toContain('$ npm ci --ignore-scripts')
    expect(registry.seen).toContain('/plain/-/plain-1.0.0.tgz')
    const workspace = await arena.sandbox.workspace({
      base: arena.base,
      dependencies: installed.dependencies,
      purpose: 'use',
    })
    const seen = await sh(
      workspace,
      'cd node_modules; cat scripted/marker.txt; echo; cat scripted/cache.txt; echo; cat scripted/net.txt; echo; .bin/scripted; node -p "require(\'plain\')"',
    )
    expect(seen.out).toBe('ran\nEROFS\nECONNREFUSED\ncli\nplain\n')
    const writes = await sh(
      workspace,
      'echo x > node_modules/plain/index.js; rm -rf node_modules/plain; mv node_modules m; chmod 777 node_modules/plain; echo x > node_modules/.cache/fine && echo cached; ls -l node_modules/scripted/suid',
    )
    expect(writes.out).toMatch(/^cached\n-rwxr-xr-x /)
    expect(await workspace.changes()).toMatchObject({ ok: true, changes: { files: [] } })
    await workspace.close()
  })

  test('the cache entry belongs to the host and nothing in it is setuid or open to others', async () => {
    const entries = join(arena.scratch, 'cache/bwrap/dependencies')
    const [entry = ''] = await readdir(entries)
    expect(await readdir(entries)).toHaveLength(1)
    for (const path of readdirSync(join(entries, entry), { recursive: true, encoding: 'utf8' })) {
      const stats = statSync(join(entries, entry, path))
      expect({ path, uid: stats.uid, open: stats.mode & 0o6022 }).toEqual({
        path,
        uid: process.getuid?.(),
        open: 0,
      })
    }
    const npm = await stat(join(arena.scratch, 'cache/bwrap/npm'))
    expect(npm.mode & 0o077).toBe(0)
    expect(npm.uid).toSatisfy((uid: number) => (process.getuid?.() === 0 ? uid >= 61_000 : uid > 0))
  })

  test('with scripts on, an entry belongs to one tree; with scripts off, to the plan', async () => {
    const again = await arena.sandbox.install({ base: arena.base, plan })
    expect(again).toMatchObject({ ok: true, dependencies: { cached: true } })
    const workspace = await arena.sandbox.workspace({ base: arena.base, purpose: 'change' })
    await sh(workspace, 'echo other > script-of-the-root.js')
    const answer = await workspace.changes()
    await workspace.close()
    if (!answer.ok) throw new Error(answer.problem.message)
    const before = registry.seen.length
    const changed = await arena.sandbox.install({ base: arena.base, changes: answer.changes, plan })
    expect(changed).toMatchObject({ ok: true, dependencies: { cached: false } })
    expect(registry.seen.length, 'the download cache served the second install').toBe(before)
    const quiet = { ...plan, key: digestOf('quiet'), scripts: null }
    const first = await arena.sandbox.install({ base: arena.base, plan: quiet })
    const other = await arena.sandbox.install({ base: arena.base, changes: answer.changes, plan: quiet })
    expect(first).toMatchObject({ ok: true, dependencies: { cached: false, key: quiet.key } })
    expect(other).toMatchObject({ ok: true, dependencies: { cached: true, key: quiet.key } })
    if (!first.ok) return
    const unscripted = await arena.sandbox.workspace({
      base: arena.base,
      dependencies: first.dependencies,
      purpose: 'use',
    })
    expect((await sh(unscripted, 'ls node_modules/scripted')).out).toBe('cli.js\ninstall.js\npackage.json\n')
    await unscripted.close()
  })

  test('two installs of one plan at once make one entry, also in two processes', async () => {
    const both = { ...plan, key: digestOf('both'), scripts: null }
    const [one, two] = await Promise.all([
      arena.sandbox.install({ base: arena.base, plan: both }),
      arena.sandbox.install({ base: arena.base, plan: both }),
    ])
    expect(
      [one, two].map((each) => each.ok && each.dependencies.cached).toSorted((a) => (a ? 1 : -1)),
    ).toEqual([false, true])
    const cache = join(arena.folder, 'shared')
    const first = await openArena({ 'README.md': 'x' }, { cache })
    const second = await openArena({ 'README.md': 'x' }, { cache })
    const made = {
      ...both,
      fetch: { ...both.fetch, argv: ['sh', '-c', 'mkdir node_modules; sleep 0.5; echo x > node_modules/x'] },
    }
    const raced = await Promise.all([
      first.sandbox.install({ base: first.base, plan: made }),
      second.sandbox.install({ base: second.base, plan: made }),
    ])
    expect(raced.map((each) => (each.ok ? '' : `${each.problem.message}\n${each.log}`))).toEqual(['', ''])
    expect(await readdir(join(cache, 'bwrap/dependencies'))).toHaveLength(1)
    await Promise.all([first.close(), second.close()])
  })

  test('a registry that is not in the list is refused by name, with what to do', async () => {
    // a sandbox of its own: here the packages are in the download cache already
    const fresh = await openArena({
      'package.json': await readFile(join(arena.folder, 'repository/package.json'), 'utf8'),
      'package-lock.json': await readFile(join(arena.folder, 'repository/package-lock.json'), 'utf8'),
    })
    const refused = await fresh.sandbox.install({
      base: fresh.base,
      plan: {
        ...plan,
        allow: ['127.0.0.1:1'],
        fetch: { ...plan.fetch, env: { npm_config_fetch_retries: '0' } },
      },
    })
    await fresh.close()
    expect(refused).toMatchObject({ ok: false, problem: { rule: 'install-fetch' } })
    if (refused.ok) return
    expect(refused.problem.message).toContain(registry.host)
    expect(refused.problem.fix).toContain('install.allow_hosts')
    expect(refused.log).toContain('egress refused')
  })

  test('a program that the repository names as git is not run by the fetch step', async () => {
    const evil = '#!/bin/sh\necho ran >> /npm-cache/poison\necho ran >> /out/ran\nexit 1\n'
    const dependencies = { inner: 'git+http://127.0.0.1:1/inner.git' }
    const arena = await openArena({
      'package.json': JSON.stringify({ name: 'root', version: '0.0.1', dependencies }),
      '.npmrc': 'git=/repo/evil\n',
      evil,
    })
    const argv = ['sh', '-c', 'chmod +x evil; npm install --ignore-scripts']
    const installed = await arena.sandbox.install({
      base: arena.base,
      plan: { ...plan, scripts: null, fetch: { ...plan.fetch, argv } },
    })
    expect(installed.ok).toBe(false)
    const poison = await readFile(join(arena.scratch, 'cache/bwrap/npm/poison'), 'utf8').catch(
      () => 'never ran',
    )
    expect(poison).toBe('never ran')
    await arena.close()
  })

  test('a folder that the install left as a symlink is not taken', async () => {
    const bent = await arena.sandbox.install({
      base: arena.base,
      plan: {
        ...plan,
        key: digestOf('bent'),
        scripts: null,
        fetch: { ...plan.fetch, argv: ['ln', '-s', '/etc', 'node_modules'] },
      },
    })
    expect(bent).toMatchObject({ ok: false, problem: { rule: 'install-folder', path: 'node_modules' } })
  })

  test('dependencies are not mounted through a symlink of the copy', async () => {
    const installed = await arena.sandbox.install({
      base: arena.base,
      plan: {
        ...plan,
        key: digestOf('vendor'),
        scripts: null,
        fetch: { ...plan.fetch, argv: ['mkdir', '-p', 'vendor/deps'] },
        folders: ['vendor/deps'],
      },
    })
    if (!installed.ok) throw new Error(installed.log)
    const { dependencies } = installed
    const plain = await arena.sandbox.workspace({ base: arena.base, dependencies, purpose: 'plain' })
    expect((await run(plain, ['ls', '-A', 'vendor/deps'])).out).toBe('.cache\n')
    const worker = await arena.sandbox.workspace({ base: arena.base, purpose: 'bend' })
    await sh(worker, 'mkdir own; touch own/x; ln -s own vendor')
    const answer = await worker.changes()
    if (!answer.ok) throw new Error(answer.problem.message)
    const bent = await arena.sandbox.workspace({
      base: arena.base,
      changes: answer.changes,
      dependencies,
      purpose: 'gate',
    })
    const refused = await run(bent, ['true'])
    expect(refused).toMatchObject({ outcome: 'spawn_failed' })
    expect(refused.detail).toContain('no plain folder')
    await Promise.all([plain.close(), worker.close(), bent.close()])
  })

  test('the cache is not writable for another user of the machine', async () => {
    if (process.getuid?.() !== 0) return
    const tried = await promisify(execFile)('/usr/bin/setpriv', [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '/bin/sh',
      '-c',
      `find ${arena.scratch}/cache/bwrap/dependencies -writable ! -type l | head -5`,
    ])
    expect(tried.stdout).toBe('')
  })
})
