// Measures whole commands: the demo's time outside gates, worker, install and git; and the start of the command line.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { RunReport } from '../../../src/contracts/summary.ts'
import { prepareDemo } from '../../demo/prepare.ts'
import { atMost, percentile, shown, timed } from '../row.ts'
import type { Row } from '../row.ts'

const CLI = fileURLToPath(new URL('../../../src/cli/main.mjs', import.meta.url))
const STARTS = 15
/** The first run may install; the others find the dependencies in the cache. */
const RUNS = 4

export async function rows(): Promise<Row[]> {
  const starts: number[] = []
  for (let round = 0; round < STARTS; round += 1) {
    starts.push(await timed(() => execa(process.execPath, [CLI, '--help'])))
  }
  const folder = await mkdtemp(join(tmpdir(), 'autopilot-bench-'))
  try {
    const demo = await prepareDemo({ folder: join(folder, 'demo') })
    const reports: RunReport[] = []
    for (let round = 0; round < RUNS; round += 1) {
      const json = join(folder, `${round}.json`)
      const state = join(folder, `state${round}`)
      await execa(process.execPath, [
        CLI,
        'run',
        '--repo',
        demo.repo,
        '--issue',
        demo.issue,
        '--state',
        state,
        '--json',
        json,
      ])
      reports.push(RunReport.parse(JSON.parse(await readFile(json, 'utf8'))))
    }
    const median = (kind: keyof RunReport['timings']): number =>
      percentile(
        reports.slice(1).map((report) => report.timings[kind]),
        0.5,
      )
    return [
      atMost('cli.start', percentile(starts, 0.5), 'ms', 250),
      atMost('run.orchestration', median('orchestration'), 'ms', 1000),
      shown('run.gates', median('gates'), 'ms'),
      shown('run.worker', median('worker'), 'ms'),
      shown('run.git', median('git'), 'ms'),
      shown('run.total', median('total'), 'ms'),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
