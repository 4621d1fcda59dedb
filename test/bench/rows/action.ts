// Measures what every job of the Action pays before it does anything: its download, and the time to the first line.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atMost, percentile, shown } from '../row.ts'
import type { Row } from '../row.ts'

const DIST = fileURLToPath(new URL('../../../action/dist', import.meta.url))
const ROUNDS = 20

export async function rows(): Promise<Row[]> {
  const waits: number[] = []
  const bare: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    waits.push(await firstLine([join(DIST, 'main.mjs')]))
    bare.push(await firstLine(['--eval', 'process.stdout.write("x")']))
  }
  return [
    atMost('action.first_line', percentile(waits, 0.5), 'ms', 400),
    shown('action.first_line_bare_node', percentile(bare, 0.5), 'ms'),
    atMost('action.bundle', (await bytesOf(DIST)) / 1e6, 'MB', 2.5),
  ]
}

/** Milliseconds from the start of the process to its first line; the step itself is refused, as it has no job. */
async function firstLine(args: readonly string[]): Promise<number> {
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    env: { INPUT_STEP: 'seal' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const waited = performance.now() - started
  child.stdout.resume()
  await ended
  return waited
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (one) => (await stat(join(one.parentPath, one.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
