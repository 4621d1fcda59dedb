// Owns what every Sandbox keeps, whatever its level: one function that runs the port's contract against an opener.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '../../src/contracts/canonical.ts'
import type { CommandSpec, ExecResult, InstallPlan, Sandbox, Workspace } from '../../src/ports.ts'

export interface SandboxUnderTest {
  sandbox: Sandbox
  /** A commit that holds `README.md` ("hello\n"), `src/a.js` and nothing else. */
  base: string
  close(): Promise<void>
}

type Ran = ExecResult & { out: string; err: string }

export function sandboxContract(level: Sandbox['level'], open: () => Promise<SandboxUnderTest>): void {
  describe(`level ${level} keeps the contract of the Sandbox port`, () => {
    let under: SandboxUnderTest
    let workspace: Workspace
    beforeAll(async () => {
      under = await open()
      workspace = await under.sandbox.workspace({ base: under.base, purpose: 'contract' })
    })
    afterAll(async () => {
      await workspace.close()
      await under.close()
    })
    const run = async (argv: string[], more: Partial<CommandSpec> = {}, at = workspace): Promise<Ran> =>
      await collect(at.exec({ argv, env: {}, egress: 'none', ...more }))
    const sh = async (script: string, more: Partial<CommandSpec> = {}, at = workspace): Promise<Ran> =>
      await run(['sh', '-c', script], more, at)

    test('it says its level', () => {
      expect(under.sandbox.level).toBe(level)
    })

    test('a command runs in the copy with node, npm and git at hand, and its exit code is told', async () => {
      const tools = await sh('cat README.md; node -e "console.log(1+1)"; npm --version; git --version')
      expect(tools).toMatchObject({ outcome: 'exited', exitCode: 0, detail: '' })
      expect(tools.out).toMatch(/^hello\n2\n\d+\.\d+\.\d+\ngit version/)
      expect(await sh('exit 3')).toMatchObject({ outcome: 'exited', exitCode: 3 })
      expect(await sh('kill -KILL $$')).toMatchObject({ outcome: 'signalled', exitCode: null })
      expect((await sh('pwd; ls', { cwd: 'src' })).out).toMatch(/\/repo\/src\na\.js\n$/)
    })

    test('stdout and stderr are apart, stdin is given, bytes stay bytes', async () => {
      const both = await sh('echo to out; echo to err >&2')
      expect([both.out, both.err]).toEqual(['to out\n', 'to err\n'])
      expect((await run(['cat'], { stdin: 'ünd\n' })).out).toBe('ünd\n')
      const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
      const echoed = workspace.exec({ argv: ['cat'], env: {}, egress: 'none', stdin: bytes })
      expect(Buffer.concat(await chunks(echoed.stdout)).equals(bytes)).toBe(true)
      expect((await run(['cat'])).out).toBe('')
      expect(await sh('exec <&-; exit 0', { stdin: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 0 })
    })

    test('the environment is what the command brings, PATH, HOME, TMPDIR and LANG', async () => {
      process.env['CONTRACT_LEAK'] = 'leaked'
      const seen = await run(['env'], { env: { MINE: 'a b=c\n"$x' } })
      delete process.env['CONTRACT_LEAK']
      expect(seen.out).toContain('MINE=a b=c\n"$x\n')
      expect(seen.out).toMatch(/^PATH=/m)
      expect(seen.out).toMatch(/^HOME=/m)
      expect(seen.out).not.toContain('leaked')
      expect((await sh('touch "$HOME/x" "$TMPDIR/x" && echo written')).out).toBe('written\n')
    })

    test('a slow reader holds the command back, and gets everything', async () => {
      const exec = workspace.exec({ argv: ['seq', '400000'], env: {}, egress: 'none' })
      let size = 0
      let last = ''
      for await (const chunk of exec.stdout) {
        size += chunk.byteLength
        last = Buffer.from(chunk).toString('utf8')
        if (size < 400_000) await new Promise((resolve) => void setTimeout(resolve, 1))
      }
      expect(last.endsWith('400000\n')).toBe(true)
      expect(size).toBe(
        Array.from({ length: 400_000 }, (_, at) => String(at + 1).length + 1).reduce((a, b) => a + b),
      )
      expect(await exec.result).toMatchObject({ exitCode: 0 })
      const limits = { outputBytes: 8_000_000 }
      const held = workspace.exec({ argv: ['yes'], env: {}, egress: 'none', limits })
      const reader = held.stdout[Symbol.asyncIterator]()
      await reader.next()
      const soon = new Promise((resolve) => void setTimeout(() => resolve('still held back'), 700))
      expect(await Promise.race([held.result, soon])).toBe('still held back')
      await reader.return?.()
      expect(await held.result).toMatchObject({ outcome: 'output_limit' })
    })

    test('nobody has to read: the result comes, and the output can be had afterwards', async () => {
      const exec = workspace.exec({ argv: ['seq', '200000'], env: {}, egress: 'none' })
      expect(await exec.result).toMatchObject({ outcome: 'exited', exitCode: 0 })
      expect(
        Buffer.concat(await chunks(exec.stdout))
          .toString('utf8')
          .endsWith('200000\n'),
      ).toBe(true)
      const left = workspace.exec({ argv: ['sh', '-c', 'seq 200000; exit 4'], env: {}, egress: 'none' })
      for await (const _ of left.stdout) break
      expect(await left.result).toMatchObject({ exitCode: 4 })
    })

    test('wall time, output and requests to stop end a command', async () => {
      expect(await sh('sleep 60', { limits: { wallMs: 300 } })).toMatchObject({
        outcome: 'timed_out',
        exitCode: null,
      })
      const loud = await sh('yes', { limits: { outputBytes: 100_000 } })
      expect(loud.outcome).toBe('output_limit')
      expect(loud.out.length).toBe(100_000)
      const stop = new AbortController()
      const exec = workspace.exec(
        { argv: ['sh', '-c', 'echo up; sleep 60'], env: {}, egress: 'none' },
        stop.signal,
      )
      for await (const _ of exec.stdout) stop.abort()
      expect((await exec.result).outcome).toBe('aborted')
      const never = workspace.exec({ argv: ['touch', 'never'], env: {}, egress: 'none' }, stop.signal)
      expect((await never.result).outcome).toBe('aborted')
      expect(await workspace.read('never', 10)).toBeUndefined()
    })

    test('what cannot be started is an outcome with a reason, never an exception', async () => {
      for (const ended of [
        await run(['no-such-program-anywhere']),
        await run([]),
        await run(['ls'], { cwd: 'no/such/folder' }),
        await run(['ls'], { cwd: '../..' }),
        await run(['ls'], { egress: 'socket' }),
      ]) {
        expect(ended.outcome === 'spawn_failed' || ended.exitCode === 127).toBe(true)
        expect(ended.detail + ended.err).not.toBe('')
      }
    })

    test('reports are written below /out and read from there', async () => {
      await sh('mkdir -p "$DIR/deep"; echo one > "$DIR/deep/1"; echo two > "$DIR/2"', {
        env: { DIR: '/out/reports' },
      })
      expect(await workspace.list('/out/reports', 10)).toEqual(['/out/reports/2', '/out/reports/deep/1'])
      expect(Buffer.from((await workspace.read('/out/reports/deep/1', 10)) ?? []).toString()).toBe('one\n')
      expect(await workspace.read('/out/reports/deep/1', 3)).toBeUndefined()
      expect(await workspace.read('/out/reports', 10)).toBeUndefined()
      expect(await workspace.list('/out/none', 10)).toEqual([])
    })

    test('a report names the copy /repo, wherever it lies; files of the copy keep their bytes', async () => {
      await sh('pwd > "$OUT/where"; pwd > where; printf "\\377" >> "$OUT/where"', { env: { OUT: '/out' } })
      const report = await workspace.read('/out/where', 1000)
      expect(Buffer.from(report ?? []).toString('latin1')).toBe('/repo\n\u00ff')
      const file = Buffer.from((await workspace.read('where', 1000)) ?? []).toString()
      expect(file).toBe((await sh('cat where; rm where')).out)
    })

    test('changes are what the copy holds against its base, and reports are none', async () => {
      const fresh = await under.sandbox.workspace({ base: under.base, purpose: 'changes' })
      await sh(
        'echo changed > README.md; rm src/a.js; echo new > new.txt; echo x > "$OUT"',
        { env: { OUT: '/out/x' } },
        fresh,
      )
      const answer = await fresh.changes()
      expect(answer.ok && answer.changes.files.map((file) => [file.path, file.after === null])).toEqual([
        ['README.md', false],
        ['new.txt', false],
        ['src/a.js', true],
      ])
      if (!answer.ok) return
      const next = await under.sandbox.workspace({
        base: under.base,
        changes: answer.changes,
        purpose: 'gate',
      })
      const seen = await sh('cat README.md new.txt; find . -type f | sort', {}, next)
      expect(seen.out).toBe('changed\nnew\n./README.md\n./new.txt\n')
      await fresh.close()
      await next.close()
      await next.close()
    })

    test('while a command runs, changes are not read', async () => {
      const stop = new AbortController()
      const exec = workspace.exec({ argv: ['sleep', '60'], env: {}, egress: 'none' }, stop.signal)
      expect(await workspace.changes()).toMatchObject({ ok: false, problem: { rule: 'workspace-busy' } })
      stop.abort()
      await exec.result
    })

    test('dependencies are installed once, seen by later workspaces, and no part of their changes', async () => {
      const plan: InstallPlan = {
        key: digestOf('contract'),
        fetch: {
          argv: ['sh', '-c', 'mkdir -p node_modules/dep; echo made > node_modules/dep/file'],
          env: {},
          egress: 'socket',
        },
        scripts: null,
        folders: ['node_modules'],
        allow: [],
      }
      const first = await under.sandbox.install({ base: under.base, plan })
      const second = await under.sandbox.install({ base: under.base, plan })
      expect(first).toMatchObject({ ok: true, dependencies: { cached: false } })
      expect(second).toMatchObject({ ok: true, dependencies: { cached: true } })
      if (!first.ok) return
      const user = await under.sandbox.workspace({
        base: under.base,
        dependencies: first.dependencies,
        purpose: 'use',
      })
      expect(
        (await sh('cat node_modules/dep/file; echo x > node_modules/.cache/y && echo cached', {}, user)).out,
      ).toBe('made\ncached\n')
      expect(await user.changes()).toMatchObject({ ok: true, changes: { files: [] } })
      expect((await sh('cat node_modules/dep/file', {}, user)).out).toBe('made\n')
      await user.close()
      const failing = await under.sandbox.install({
        base: under.base,
        plan: {
          ...plan,
          key: digestOf('failing'),
          fetch: { ...plan.fetch, argv: ['sh', '-c', 'echo why >&2; exit 9'] },
        },
      })
      expect(failing).toMatchObject({ ok: false, problem: { rule: 'install-fetch' } })
      expect(!failing.ok && failing.log).toContain('why')
    })
  })
}

async function collect(exec: ReturnType<Workspace['exec']>): Promise<Ran> {
  const [out, err] = await Promise.all([chunks(exec.stdout), chunks(exec.stderr)])
  return {
    ...(await exec.result),
    out: Buffer.concat(out).toString('utf8'),
    err: Buffer.concat(err).toString('utf8'),
  }
}

async function chunks(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of stream) all.push(chunk)
  return all
}
