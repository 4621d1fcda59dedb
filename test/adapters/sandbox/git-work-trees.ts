// Owns a small WorkTrees on the real git, for tests of the sandbox alone.
import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { contentBytes, contentOf } from '../../../src/contracts/change-set.ts'
import type { ChangeSet, FileChange, FileMode } from '../../../src/contracts/change-set.ts'
import type { WorkTrees } from '../../../src/ports.ts'

const execute = promisify(execFile)

/** Runs git without any configuration of the machine or of the repository's own making. */
export async function git(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const safe = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.autocrlf=false'].flatMap((one) => [
    '-c',
    one,
  ])
  const { stdout } = await execute('/usr/bin/git', [...safe, ...args], {
    cwd: '/',
    env: {
      PATH: '/usr/bin:/bin',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'test',
      GIT_AUTHOR_EMAIL: 'test@example.invalid',
      GIT_COMMITTER_NAME: 'test',
      GIT_COMMITTER_EMAIL: 'test@example.invalid',
      ...env,
    },
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout.toString('utf8')
}

/** A repository with one commit of these files. */
export async function makeRepository(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<{ gitDir: string; base: string }> {
  await git(['init', '--quiet', '--initial-branch=main', folder])
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await git(['-C', folder, 'add', '--all'])
  await git(['-C', folder, 'commit', '--quiet', '--message', 'base'])
  return { gitDir: join(folder, '.git'), base: (await git(['-C', folder, 'rev-parse', 'HEAD'])).trim() }
}

/** `aside` is a folder for indexes; nothing of the hostile folder is ever used as a git directory. */
export function makeWorkTrees(gitDir: string, aside: string): WorkTrees {
  const inTree = async (
    folder: string,
    commit: string,
    work: (run: (args: readonly string[]) => Promise<string>) => Promise<void>,
  ): Promise<void> => {
    const index = await mkdtemp(join(aside, 'index-'))
    const run = (args: readonly string[]): Promise<string> =>
      git([`--git-dir=${gitDir}`, `--work-tree=${folder}`, '-C', folder, ...args], {
        GIT_INDEX_FILE: join(index, 'index'),
      })
    await run(['read-tree', commit])
    await work(run)
    await rm(index, { recursive: true })
  }
  return {
    async exportTree(commit, changes, into) {
      await inTree(into, commit, async (run) => void (await run(['checkout-index', '--all', '--force'])))
      for (const file of changes?.files ?? []) {
        const at = join(into, file.path)
        await rm(at, { force: true })
        if (file.after === null) continue
        await mkdir(dirname(at), { recursive: true })
        const bytes = contentBytes(file.after.content)
        if (file.after.mode === '120000') await symlink(Buffer.from(bytes).toString('utf8'), at)
        else {
          await writeFile(at, bytes)
          await chmod(at, file.after.mode === '100755' ? 0o755 : 0o644)
        }
      }
    },
    async changesOf(folder, base) {
      const nested = await findNested(folder)
      if (nested !== undefined) {
        return {
          ok: false,
          problem: { rule: 'nested-git', message: `${nested} is a git folder`, fix: 'remove it' },
        }
      }
      const files: FileChange[] = []
      let tree = ''
      await inTree(folder, base, async (run) => {
        await run(['add', '--all', '--force'])
        tree = (await run(['write-tree'])).trim()
        const raw = await run(['diff-tree', '-r', '-z', '--no-renames', base, tree])
        const words = raw.split('\0').filter(Boolean)
        for (let at = 0; at + 1 < words.length; at += 2) {
          const [before = '', after = '', old = '', now = ''] = (words[at] ?? '').slice(1).split(' ')
          const text = after === '000000' ? '' : await run(['cat-file', 'blob', now])
          files.push({
            path: words[at + 1] ?? '',
            before: before === '000000' ? null : { mode: before as FileMode, blob: old },
            after:
              after === '000000'
                ? null
                : { mode: after as FileMode, blob: now, content: contentOf(Buffer.from(text)) },
            added: 0,
            removed: 0,
            binary: false,
          })
        }
      })
      const changes: ChangeSet = { schema: 'autopilot/change-set@1', base, tree, files }
      return { ok: true, changes }
    },
  }
}

async function findNested(folder: string): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const at = join(folder, name)
    if (name.toLowerCase() === '.git') return at
    if ((await lstat(at)).isDirectory()) {
      const below = await findNested(at)
      if (below !== undefined) return below
    }
  }
  return undefined
}
