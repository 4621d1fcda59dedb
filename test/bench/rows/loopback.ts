// Measures the loopback GitHub: its start, validated requests a second, a push of 500 files, and memory.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { atLeast, atMost, percentile } from '../row.ts'
import type { Row } from '../row.ts'

const CHILD = fileURLToPath(new URL('../loopback-main.ts', import.meta.url))
const STARTS = 9

/** The child measures itself, so that neither this process nor the linter of types weighs on it. */
async function child<T>(what: string, ...args: string[]): Promise<T> {
  const { stdout } = await execa(process.execPath, [CHILD, what, ...args], { timeout: 120_000 })
  return JSON.parse(stdout) as T
}

async function median(what: string): Promise<number> {
  const values: number[] = []
  for (let round = 0; round < STARTS; round += 1) values.push(await child<number>(what))
  return percentile(values, 0.5)
}

export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'loopback-bench-'))
  try {
    const bare = await median('rss-bare')
    const { one, hundred } = await child<{ one: number; hundred: number }>('rss')
    return [
      atMost('loopback.start', await median('start'), 'ms', 150),
      atLeast('loopback.requests', await child<number>('requests'), '/s', 300),
      atMost('loopback.push_500_files', await child<number>('push', folder), 'ms', 1000),
      atMost('loopback.rss_100_repositories', hundred - one, 'MB', 50),
      // the whole, with its code and the validators that were compiled, above a Node that runs TypeScript
      atMost('loopback.rss', hundred - bare, 'MB', 50),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
