// Owns the attempts to gain power: mounts, users, namespaces, and processes of the host.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { eventually, processesWith, run, sh } from './arena.ts'
import { sleepers, within } from './attempt.ts'
import type { Attempt } from './attempt.ts'

export const powerAttempts: readonly Attempt[] = [
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
    title: 'no descriptor of the host is left open in a command',
    attempt: (arena) =>
      within(arena, async (workspace) => {
        const { out } = await sh(workspace, 'ls -l /proc/self/fd; cat /proc/self/fd/200')
        assert.doesNotMatch(out, /canary|scratch|arena|cgroup|evidence/)
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
]
