// Owns the attempts to exhaust the machine, to survive being killed, and to leave something behind.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, finish, processesWith, run, sh } from './arena.ts'
import { MiB, sleepers, within } from './attempt.ts'
import type { Attempt } from './attempt.ts'

export const limitAttempts: readonly Attempt[] = [
  {
    title: 'a fork bomb stops at the limit of processes and leaves nothing',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const limits = { processes: 40, wallMs: 20_000 }
        const counted = await sh(
          workspace,
          'i=0; while [ $i -lt 200 ]; do sleep 4322.77 & i=$((i+1)); done; echo all of them',
          { limits },
        )
        assert.doesNotMatch(counted.out, /all of them/)
        assert.match(counted.err, /fork/i)
        const bomb = await sh(workspace, 'b() { b 4323.77 | b & }; b; sleep 4323.77', {
          limits: { processes: 40, wallMs: 1500 },
        })
        assert.ok(['timed_out', 'exited', 'signalled'].includes(bomb.outcome), bomb.outcome)
        assert.deepEqual([...processesWith('4322.77'), ...processesWith('4323.77')], [])
      }),
  },
  {
    title: 'a command that eats memory is stopped',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const eat =
          'const all = []; for (let i = 0; i < 64; i++) all.push(Buffer.alloc(16 * 1024 * 1024, 1)); console.log("fed")'
        const ended = await run(workspace, ['node', '-e', eat], { limits: { memoryBytes: 256 * MiB } })
        assert.doesNotMatch(ended.out, /fed/)
        if (arena.sandbox.limitsBy === 'cgroup') assert.equal(ended.outcome, 'memory_limit')
        else assert.ok(ended.outcome === 'signalled' || (ended.outcome === 'exited' && ended.exitCode !== 0))
        const tmp = await sh(
          workspace,
          'dd if=/dev/zero of=/dev/shm/x bs=1M count=4000; dd if=/dev/zero of=/tmp/x bs=1M count=4000',
          {
            limits: { memoryBytes: 4096 * MiB, fileBytes: 8192 * MiB },
          },
        )
        assert.match(tmp.err, /No space left[\s\S]*No space left/)
      }),
  },
  {
    title: 'a command that fills the disk is stopped, with many files, with one, and with none in sight',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const limits = { diskBytes: 48 * MiB, fileBytes: 16 * MiB }
        const many =
          'i=0; while [ $i -lt 4000 ]; do dd if=/dev/zero of=f$i bs=1M count=8 2>/dev/null; i=$((i+1)); done; echo done'
        assert.equal((await sh(workspace, many, { limits })).outcome, 'disk_limit')
        assert.equal((await sh(workspace, 'rm -f f*', { limits })).exitCode, 0)
        assert.equal((await sh(workspace, `cd /out; ${many}`, { limits })).outcome, 'disk_limit')
        assert.equal((await sh(workspace, 'rm -f /out/f*')).exitCode, 0)
        assert.equal(
          (await run(workspace, ['dd', 'if=/dev/zero', 'of=one', 'bs=1M', 'count=100'], { limits })).outcome,
          'disk_limit',
        )
        assert.notEqual(
          (await run(workspace, ['truncate', '-s', '1T', 'sparse'], { limits })).outcome,
          'exited',
        )
        assert.ok(((await workspace.read('one', 17 * MiB))?.byteLength ?? 0) <= 16 * MiB)
        const hidden = `mkdir h; cd h; chmod 700 .; ${many.replace('echo done', '')} chmod 000 .; sleep 5; echo done`
        assert.equal((await sh(workspace, hidden, { limits })).outcome, 'disk_limit')
      }),
  },
  {
    title: 'a gigabyte of output ends the command and is not kept',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const limits = { outputBytes: 3 * MiB }
        const read = await sh(workspace, 'head -c 1000000000 /dev/zero; echo end >&2', { limits })
        assert.equal(read.outcome, 'output_limit')
        assert.equal(read.out.length, 3 * MiB)
        assert.equal(read.err, '')
        const ignored = workspace.exec({ argv: ['sh', '-c', 'yes >&2'], env: {}, egress: 'none', limits })
        assert.equal((await ignored.result).outcome, 'output_limit')
      }),
  },
  {
    title: 'a command that ignores every polite signal is killed with all of its children',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const stubborn = `trap '' TERM INT HUP QUIT USR1; (trap '' TERM; setsid sh -c 'trap "" TERM HUP; while true; do sleep 4324.77; done') & while true; do sleep 4324.77; done`
        const timed = await sh(workspace, stubborn, { limits: { wallMs: 800 } })
        assert.equal(timed.outcome, 'timed_out')
        assert.deepEqual(processesWith('4324.77'), [])
        const stop = new AbortController()
        const running = finish(
          workspace.exec({ argv: ['sh', '-c', stubborn], env: {}, egress: 'none' }, stop.signal),
        )
        assert.ok(await eventually(() => sleepers('4324.77').length > 0))
        stop.abort()
        assert.equal((await running).outcome, 'aborted')
        assert.deepEqual(processesWith('4324.77'), [])
        const busy = await sh(workspace, 'while true; do :; done', { limits: { cpuSeconds: 1 } })
        assert.equal(busy.outcome, 'timed_out')
        assert.match(busy.detail, /processor/)
      }),
  },
  {
    title: 'a command that is stopped while it starts leaves nothing',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        for (let ms = 0; ms < 40; ms += 1) {
          const stop = new AbortController()
          const running = run(workspace, ['sleep', '4328.77'], {}, stop.signal)
          setTimeout(() => stop.abort(), (ms % 28) / 2)
          assert.equal((await running).outcome, 'aborted')
          assert.deepEqual(processesWith('4328.77'), [])
        }
      }),
  },
  {
    title: 'a daemon does not outlive its command',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const ended = await sh(
          workspace,
          `setsid sh -c 'exec >/dev/null 2>&1 </dev/null; sleep 4325.77 & sleep 4325.77' >/dev/null 2>&1 </dev/null & setsid nohup sleep 4325.77 & sleep 0.3; echo started`,
        )
        assert.equal(ended.outcome, 'exited')
        assert.match(ended.out, /started/)
        assert.deepEqual(processesWith('4325.77'), [])
      }),
  },
  {
    title: 'after closing nothing of a workspace is left, however deep or locked',
    attempt: async (arena) => {
      const workspace = await arena.sandbox.workspace({ base: arena.base, purpose: 'litter' })
      const running = run(workspace, ['sleep', '4326.77'])
      assert.ok(await eventually(() => sleepers('4326.77').length > 0))
      const dig = `const fs = require('node:fs'); const name = 'd'.repeat(200); for (let i = 0; i < 60; i++) { fs.mkdirSync(name); process.chdir(name) } fs.writeFileSync('f', 'x'); process.chdir('/'); fs.mkdirSync('/out/a/b', { recursive: true }); fs.chmodSync('/out/a', 0); fs.chmodSync('/repo', 0o555)`
      const littered = await run(workspace, ['node', '-e', dig])
      assert.equal(littered.exitCode, 0, littered.err)
      await workspace.close()
      assert.equal((await running).outcome, 'aborted')
      assert.deepEqual(processesWith('4326.77'), [])
      assert.deepEqual(await readdir(join(arena.scratch, 'w')), [])
      await workspace.close()
      const late = await run(workspace, ['true'])
      assert.equal(late.outcome, 'spawn_failed')
    },
  },
]
