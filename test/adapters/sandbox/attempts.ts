// Owns the attempts to break out that need no network: each is run by root and by another user, and throws when it works.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workspace } from '../../../src/ports.ts'
import { eventually, finish, processesWith, run, sh } from './arena.ts'
import type { Arena } from './arena.ts'
import { git } from './git-work-trees.ts'

export interface Attempt {
  title: string
  attempt(arena: Arena): Promise<void>
}

const MiB = 1024 * 1024

/** A fresh workspace, closed whatever happens. */
export async function within(
  arena: Arena,
  work: (workspace: Workspace) => Promise<void>,
  more: { allow?: readonly string[] } = {},
): Promise<void> {
  const workspace = await arena.sandbox.workspace({ base: arena.base, purpose: 'an attempt', ...more })
  try {
    await work(workspace)
  } finally {
    await workspace.close()
  }
}

export const attempts: readonly Attempt[] = [
  {
    title: 'the root folder holds nothing beyond what a command needs',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const { out } = await sh(workspace, 'ls -A /; ls -A /run /var /root /home /tmp /sys 2>&1; ls -A /etc')
        const seen = out.split('\n').filter(Boolean)
        const known =
          /^(bin|dev|etc|home|lib\w*|opt|out|proc|repo|sbin|tmp|usr|alternatives|group|hosts|ld\.so\.cache|nsswitch\.conf|passwd|resolv\.conf|ssl|\/home:|\/tmp:|ls: cannot access .*)$/
        assert.deepEqual(
          seen.filter((line) => !known.test(line)),
          [],
        )
      }),
  },
  {
    title: 'the home, the environment and the evidence of the host cannot be read',
    attempt: async (arena) => {
      process.env['ARENA_SECRET'] = 'canary-environment'
      await within(arena, async (workspace) => {
        const evidence = join(arena.folder, 'evidence/verdict.json')
        const { out, err } = await sh(
          workspace,
          `env; cat /proc/1/environ /proc/*/environ; ls -la /root ${arena.folder}; cat ${evidence}; cat /proc/1/root${evidence}; cat /proc/1/cwd${evidence}; find / -name verdict.json 2>/dev/null`,
        )
        assert.doesNotMatch(out + err, /canary|verdict\.json\n$/)
        assert.doesNotMatch(out, /GITHUB_|SECRET|SSH_|AWS_/)
        assert.deepEqual(
          (await run(workspace, ['env'])).out
            .trim()
            .split('\n')
            .map((line) => line.split('=')[0])
            .sort(),
          ['HOME', 'LANG', 'PATH', 'PWD', 'TMPDIR', 'npm_config_logs_dir', 'npm_config_update_notifier'],
        )
      })
      delete process.env['ARENA_SECRET']
    },
  },
  {
    title: 'the workspace of another task cannot be found',
    attempt: (arena) =>
      within(arena, (first) =>
        within(arena, async (second) => {
          await sh(
            first,
            'echo canary-other > canary-file; echo canary-other > /out/canary-file; chmod -R 777 . /out',
          )
          const { out } = await sh(
            second,
            `find / -name 'canary-file' 2>/dev/null; ls ${arena.scratch} ${arena.scratch}/w /out /repo /repo/.. /out/..; cat ${arena.scratch}/w/*/repo/canary-file`,
          )
          assert.doesNotMatch(out, /canary/)
        }),
      ),
  },
  {
    title: 'no process has host uid 0 or a capability, and two tasks have two uids when the host is root',
    attempt: (arena) =>
      within(arena, (first) =>
        within(arena, async (second) => {
          const stop = new AbortController()
          const marker = '4321.77'
          const running = [first, second].map((one) => run(one, ['sleep', marker], {}, stop.signal))
          assert.ok(await eventually(() => sleepers(marker).length === 2), 'both commands run')
          const all = processesWith(marker)
          assert.ok(all.length >= 4, 'bubblewrap is seen too')
          assert.deepEqual(
            all.filter((one) => one.capabilities !== '0000000000000000'),
            [],
          )
          const uids = new Set(all.map((one) => one.uid))
          if (process.getuid?.() === 0) {
            assert.ok([...uids].every((uid) => uid >= 61_000))
            assert.equal(uids.size, 2)
          } else assert.deepEqual([...uids], [process.getuid?.()])
          stop.abort()
          for (const ended of await Promise.all(running)) assert.equal(ended.outcome, 'aborted')
          assert.deepEqual(processesWith(marker), [])
        }),
      ),
  },
  {
    title: 'nothing can be mounted or made writable',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        for (const line of [
          'mount -o remount,rw,bind /',
          'mount -o remount,rw,bind /usr',
          'mount -o remount,rw /etc',
          'mount -t tmpfs none /tmp',
          'mount --bind /repo /usr',
          'mount -t proc none /tmp',
          'umount /etc',
          'umount -l /usr',
          'touch /x',
          'touch /usr/x',
          'touch /etc/x',
          'touch /dev/x',
          'touch /opt/node/bin/x',
          'mknod /tmp/disk b 8 0',
          'chroot / true',
          'echo x > /proc/sys/kernel/core_pattern',
          'echo b > /proc/sysrq-trigger',
          'echo 0 > /proc/1/oom_score_adj; echo -1000 > /proc/self/oom_score_adj',
        ]) {
          const { exitCode } = await sh(workspace, line)
          assert.notEqual(exitCode, 0, line)
        }
      }),
  },
  {
    title: 'no other user and no further namespace can be had',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        for (const line of [
          'unshare --user true',
          'unshare --user --map-root-user true',
          'unshare --mount true',
          'unshare --net true',
          'unshare --pid --fork true',
          'nsenter --target 1 --mount --user true',
          'setpriv --reuid 0 true',
          'setpriv --regid 0 --clear-groups true',
          'su root -c true </dev/null',
          'echo 0 0 1 > /proc/self/uid_map',
          'chown 0:0 /repo/README.md',
        ]) {
          const { exitCode } = await sh(workspace, line)
          assert.notEqual(exitCode, 0, line)
        }
        const { out } = await sh(workspace, 'cp /bin/sh s; chmod 6755 s; ./s -p -c "id -u; id -g"')
        assert.equal(out, '1000\n1000\n')
        assert.match((await run(workspace, ['cat', '/proc/self/status'])).out, /^NoNewPrivs:\t1$/m)
      }),
  },
  {
    title: 'git configuration, hooks, filters and aliases that a worker planted are not run by the host',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const marker = join(arena.folder, 'pwned')
        const evil = `touch ${marker}`
        const planted = await sh(
          workspace,
          `set -e
          git init --quiet --initial-branch=main .
          git config core.fsmonitor '${evil}'
          git config core.hooksPath .hooks
          git config core.sshCommand '${evil}'
          git config core.pager '${evil}'
          git config filter.evil.clean '${evil}; cat'
          git config filter.evil.smudge '${evil}; cat'
          git config filter.evil.process '${evil}'
          git config diff.external '${evil}'
          git config alias.add '!${evil}'
          git config alias.status '!${evil}'
          mkdir .hooks
          for hook in pre-commit post-index-change post-checkout reference-transaction; do
            printf '#!/bin/sh\\n${evil}\\n' > .hooks/$hook; cp .hooks/$hook .git/hooks/; chmod +x .hooks/$hook .git/hooks/$hook
          done
          echo '* filter=evil diff=evil' > .gitattributes
          echo changed > README.md`,
        )
        assert.equal(planted.exitCode, 0, planted.err)
        const answer = await workspace.changes()
        assert.equal(existsSync(marker), false)
        assert.ok(
          answer.ok || answer.problem.fix !== '',
          'a change set without the planted folder, or a reason',
        )
        await sh(workspace, 'rm -rf .git')
        const clean = await workspace.changes()
        assert.equal(existsSync(marker), false)
        assert.ok(clean.ok)
        assert.ok(clean.changes.files.some((file) => file.path === 'README.md'))
        await git(['-C', join(arena.folder, 'repository'), 'status'])
        assert.equal(existsSync(marker), false)
      }),
  },
  {
    title: 'what a worker planted is gone before a gate runs',
    attempt: async (arena) => {
      await within(arena, async (worker) => {
        const plant =
          'echo fake > /out/report.json; echo fake > report.json; mkdir -p node_modules/x /tmp/x ~/x'
        assert.equal((await sh(worker, plant)).exitCode, 0)
        assert.equal(Buffer.from((await worker.read('/out/report.json', 100)) ?? []).toString(), 'fake\n')
      })
      await within(arena, async (gate) => {
        assert.equal(
          (await sh(gate, 'ls -A /out /repo /tmp ~')).out,
          '/home:\n\n/out:\n\n/repo:\nREADME.md\n\n/tmp:\n',
        )
        assert.equal(await gate.read('/out/report.json', 100), undefined)
      })
    },
  },
  {
    title: 'what the host reads cannot be bent to its own files',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const planted = await sh(
          workspace,
          `ln -s /etc/shadow /out/x; ln -s /etc /out/d; ln -s ../../../../../../etc e; mkfifo /out/pipe; mkdir -p /out/ok/deep; echo fine > /out/ok/deep/f; head -c 2000 /dev/zero > /out/big; ln /out/ok/deep/f /out/hard; mkdir locked; echo x > locked/y; chmod 000 locked`,
        )
        assert.equal(planted.exitCode, 0, planted.err)
        for (const path of [
          '/out/x',
          '/out/d/passwd',
          'e/passwd',
          '/out/pipe',
          '/out/big',
          '/out/ok',
          '/out',
          '/out/none',
        ])
          assert.equal(await workspace.read(path, 1000), undefined, path)
        for (const path of [
          '../scratch',
          '/out/../x',
          '/etc/passwd',
          '',
          'a//b',
          './README.md',
          '/out/ok/../big',
        ])
          assert.equal(await workspace.read(path, 100_000), undefined, path)
        assert.equal(Buffer.from((await workspace.read('/out/ok/deep/f', 1000)) ?? []).toString(), 'fine\n')
        assert.deepEqual(await workspace.list('/out', 10), ['/out/big', '/out/hard', '/out/ok/deep/f'])
        assert.deepEqual(await workspace.list('/out/d', 10), [])
        assert.deepEqual(await workspace.list('/out', 2), ['/out/big', '/out/hard'])
      }),
  },
  {
    title: 'processes of the host cannot be seen or signalled',
    attempt: async (arena) => {
      const bystander = spawn('/bin/sleep', ['600'], { stdio: 'ignore' })
      try {
        await within(arena, async (workspace) => {
          const { out } = await sh(
            workspace,
            `ls /proc | grep -c '^[0-9]*$'; cat /proc/${bystander.pid}/cmdline; kill -9 ${bystander.pid} ${process.pid}; kill -9 -1; echo survived`,
          )
          assert.ok(Number(out.split('\n')[0]) <= 6, out)
        })
        assert.ok(bystander.pid !== undefined && bystander.exitCode === null && bystander.signalCode === null)
        process.kill(bystander.pid, 0)
      } finally {
        bystander.kill('SIGKILL')
      }
    },
  },
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
  {
    title: 'a word with a NUL cannot become an option of the sandbox',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const bind = '\0--bind\0/\0/host'
        for (const more of [
          { env: { A: `x${bind}` } },
          { env: { [`A${bind}`]: 'x' } },
          { cwd: `a${bind}` },
        ]) {
          const ended = await run(workspace, ['ls', '/host'], more)
          assert.equal(ended.outcome, 'spawn_failed')
        }
        assert.equal((await run(workspace, ['ls', `/host${bind}`])).outcome, 'spawn_failed')
        assert.equal((await run(workspace, ['true'], { cwd: '../..' })).outcome, 'spawn_failed')
        const option = await run(workspace, ['--bind', '/', '/host', 'ls', '/host'])
        assert.notEqual(option.exitCode, 0)
      }),
  },
  {
    title: 'the workspaces of the host are closed to other users of the machine',
    attempt: (arena) =>
      within(arena, async () => {
        for (const name of await readdir(join(arena.scratch, 'w'))) {
          assert.equal((await stat(join(arena.scratch, 'w', name))).mode & 0o077, 0)
        }
      }),
  },
]

function sleepers(marker: string): ReturnType<typeof processesWith> {
  return processesWith(marker).filter((one) => one.command.startsWith('sleep'))
}
