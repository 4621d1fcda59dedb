// Owns running the host's own small tools (chown, rm, du …) by absolute path with a fixed environment.
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { promisify } from 'node:util'
import { SandboxError } from './error.ts'

// Threat: PATH may hold a folder of the repository (node_modules/.bin), so the host's tools are never looked up there.
const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin']

const execute = promisify(execFile)

/** Absolute path of a tool of the machine, or undefined when it has none. */
export function findTool(name: string, folders: readonly string[] = FOLDERS): string | undefined {
  return folders
    .map((folder) => `${folder}/${name}`)
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** Throws SandboxError('tool') when the tool is absent or fails. */
export async function runTool(name: string, args: readonly string[]): Promise<void> {
  const { failed } = await tryTool(name, args)
  if (failed !== undefined) throw new SandboxError('tool', `${name} failed: ${failed}`)
}

/** Answers with whatever was printed, failed or not. */
export async function tryTool(
  name: string,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string; failed?: string }> {
  const file = findTool(name)
  if (file === undefined) return { stdout: '', stderr: '', failed: `${name} is not installed` }
  try {
    return await execute(file, [...args], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      maxBuffer: 4 * 1024 * 1024,
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return { stdout, stderr, failed: stderr.split('\n', 1)[0] || String(error) }
  }
}

/**
 * Removes a tree that hostile code has shaped: paths longer than the kernel takes, folders without permissions.
 * The coreutils walk by descriptor, so depth is no obstacle. Nothing may run in the tree any more.
 */
export async function removeTree(path: string, isRoot: boolean): Promise<void> {
  const first = await tryTool('rm', ['-rf', '--one-file-system', '--', path])
  if (first.failed === undefined) return
  if (!isRoot) await tryTool('chmod', ['-R', 'u+rwX', '--', path])
  await runTool('rm', ['-rf', '--one-file-system', '--', path])
}
