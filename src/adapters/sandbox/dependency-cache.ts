// Owns installed dependencies on disk: one immutable folder a key, published in one step, mounted read-only afterwards.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { RepoPath } from '../../contracts/base.ts'
import { Digest } from '../../contracts/canonical.ts'
import { isPlainFolderPath } from './hostile-folder.ts'
import { removeTree, runTool } from './host-tool.ts'
import type { Box } from './isolation.ts'

const Manifest = z.strictObject({ key: Digest, folders: z.array(RepoPath) })

export interface DependencyCache {
  /** Folders to mount, or undefined when the key is not there. */
  find(key: Digest): Promise<Box['dependencies'] | undefined>
  /**
   * Moves the folders out of a copy in which nothing runs any more. When another task was faster, its entry stays.
   * `missing`: a folder that is a symlink, or below one, and therefore not taken.
   */
  publish(key: Digest, repo: string, folders: readonly string[]): Promise<{ refused: string } | undefined>
}

export function makeDependencyCache(root: string, isRoot: boolean): DependencyCache {
  const entryOf = (key: Digest): string => join(root, key.slice('sha256:'.length))
  const find: DependencyCache['find'] = async (key) => {
    const entry = entryOf(key)
    const text = await readFile(join(entry, 'manifest.json'), 'utf8').catch(() => undefined)
    if (text === undefined) return undefined
    const { folders } = Manifest.parse(JSON.parse(text))
    return folders.map((path, index) => ({ path, source: join(entry, `f${index}`) }))
  }
  return {
    find,
    async publish(key, repo, folders) {
      const staging = join(root, `new-${randomUUID()}`)
      await mkdir(staging, { mode: 0o755 })
      try {
        const kept: string[] = []
        for (const path of folders) {
          const source = join(repo, path)
          if (!isPlainFolderPath(repo, path)) return { refused: path }
          if ((await lstat(source).catch(() => undefined)) === undefined) continue
          const target = join(staging, `f${kept.length}`)
          await runTool('mv', ['-T', '--', source, target])
          await makeMountPoint(target, isRoot)
          kept.push(path)
        }
        await writeFile(join(staging, 'manifest.json'), JSON.stringify({ key, folders: kept }))
        await freeze(staging, kept.length, isRoot)
        await rename(staging, entryOf(key)).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
          await removeTree(staging, isRoot)
        })
        return undefined
      } catch (error) {
        await removeTree(staging, isRoot)
        throw error
      }
    },
  }
}

/** Tools write caches to `node_modules/.cache`; on a read-only mount only a folder that exists can be covered. */
async function makeMountPoint(folder: string, isRoot: boolean): Promise<void> {
  const at = join(folder, '.cache')
  const stats = await lstat(at).catch(() => undefined)
  if (stats?.isDirectory() === true) return
  if (stats !== undefined) await removeTree(at, isRoot)
  await mkdir(at, { mode: constants.S_IRWXU })
}

/** Threat: an install script left setuid files, or files that the next task's uid may write. */
async function freeze(staging: string, folders: number, isRoot: boolean): Promise<void> {
  const all = Array.from({ length: folders }, (_, index) => join(staging, `f${index}`))
  if (isRoot) await runTool('chown', ['-hR', '--', '0:0', staging])
  if (all.length > 0) await runTool('chmod', ['-R', isRoot ? 'a-s,u=rwX,go=rX' : 'a-s,a=rX', '--', ...all])
}
