// Owns the attempts to read what is not a command's to read, and to make the host read or run what it should not.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run, sh } from './arena.ts'
import { within } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import { git } from './git-work-trees.ts'

export const readingAttempts: readonly Attempt[] = [
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
            .map((line) => line.split('=')[0] ?? '')
            .toSorted((a, b) => (a < b ? -1 : 1)),
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
          `ln -s ${arena.folder}/evidence/verdict.json /out/x; ln -s /etc/shadow /out/s; ln -s /etc /out/d; ln -s ../../../../../../etc e; mkfifo /out/pipe; mkdir -p /out/ok/deep; echo fine > /out/ok/deep/f; head -c 2000 /dev/zero > /out/big; ln /out/ok/deep/f /out/hard; mkdir locked; echo x > locked/y; chmod 000 locked`,
        )
        assert.equal(planted.exitCode, 0, planted.err)
        for (const path of [
          '/out/x',
          '/out/s',
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
