// Owns objects: ids, trees of commits, one `cat-file` process for many reads, and writing many blobs at once.
import { execa } from 'execa'
import type { Sha } from '../../contracts/base.ts'
import type { TreeFile } from '../../ports.ts'
import { GitError } from './command.ts'
import type { GitRunner } from './command.ts'

const TREE_LINE = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s

export async function listTree(runner: GitRunner, commit: Sha): Promise<readonly TreeFile[]> {
  const output = await runner.run(['ls-tree', '-r', '-l', '-z', '--full-tree', commit])
  const files: TreeFile[] = []
  for (let start = 0; start < output.length;) {
    const end = output.indexOf(0, start)
    const match = TREE_LINE.exec(output.toString('utf8', start, end))
    if (match === null)
      throw new GitError('corrupt', `git ls-tree gave a line that cannot be read at ${start}`)
    const [, mode = '', , oid = '', size = '', path = ''] = match
    files.push({ path, mode: modeOf(mode), oid, bytes: size === '-' ? 0 : Number(size) })
    start = end + 1
  }
  return files
}

// Old repositories hold modes such as 100664; git itself treats them as these.
function modeOf(mode: string): TreeFile['mode'] {
  if (mode === '120000' || mode === '160000') return mode
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? '100644' : '100755'
}

/** Reads objects by id through one process that is started at the first read. */
export interface ObjectReader {
  /** undefined: no such object. */
  read(oid: Sha): Promise<Buffer | undefined>
  close(): Promise<void>
}

interface Waiting {
  resolve(bytes: Buffer | undefined): void
  reject(error: Error): void
}

export function makeObjectReader(runner: GitRunner): ObjectReader {
  let child: ReturnType<typeof start> | undefined
  const waiting: Waiting[] = []
  const chunks: Buffer[] = []
  let held = 0
  let needed = 0

  function start() {
    const { file, args, env, cwd } = runner.command(['cat-file', '--batch'])
    const process = execa(file, args, {
      cwd,
      env,
      extendEnv: false,
      encoding: 'buffer',
      buffer: false,
      reject: false,
    })
    process.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      held += chunk.length
      if (held >= needed) takeAnswers()
    })
    // A write to a process that has ended; the answer comes from `finally` below.
    process.stdin.on('error', () => undefined)
    void process.finally(() => {
      child = undefined
      for (const one of waiting.splice(0)) one.reject(new GitError('failed', 'git cat-file ended too early'))
    })
    return process
  }

  /** `<oid> blob <size>\n<bytes>\n`, or `<oid> missing\n`. */
  function takeAnswers() {
    let buffer = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)
    needed = 0
    while (waiting.length > 0) {
      const newline = buffer.indexOf(10)
      if (newline < 0) break
      const [, type = '', size = ''] = buffer.toString('utf8', 0, newline).split(' ')
      const missing = type === 'missing'
      const end = missing ? newline + 1 : newline + 1 + Number(size) + 1
      if (buffer.length < end) {
        needed = end
        break
      }
      waiting.shift()?.resolve(missing ? undefined : Buffer.from(buffer.subarray(newline + 1, end - 1)))
      buffer = buffer.subarray(end)
    }
    chunks.splice(0, chunks.length, buffer)
    held = buffer.length
  }

  return {
    read(oid) {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        child ??= start()
        child.stdin.write(`${oid}\n`)
      })
    },
    async close() {
      const ending = child
      ending?.stdin.end()
      await ending
    },
  }
}

/** Writes blobs into the runner's object store with one process. */
export async function writeBlobs(
  runner: GitRunner,
  contents: readonly Uint8Array[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  if (contents.length === 0) return
  const parts = contents.flatMap((bytes) => [
    Buffer.from(`blob\ndata ${bytes.byteLength}\n`),
    bytes,
    Buffer.from('\n'),
  ])
  await runner.run(['fast-import', '--quiet'], { env, input: Buffer.concat(parts) })
}
