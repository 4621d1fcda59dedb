// Measures the App under many tasks at once: from the label to the end of a run that is said, over several repositories.
import { tinyStory } from '../../theatre/quick.ts'
import { openTheatre, type Theatre } from '../../theatre/theatre.ts'
import { atLeast, atMost, shown } from '../row.ts'
import type { Row } from '../row.ts'
import { rssOf } from '../rss.ts'

const OWNER = 'ana'
const REPOSITORIES = ['one', 'two', 'three', 'four', 'five']
const TASKS_EACH = 10
const LONGEST_MS = 90_000
const LOOK_MS = 500
const ISSUE = { title: 'The greeting should be warmer', body: 'See `src/greet.js`.' }
/** To make 50 bundles takes this machine longer than the App needs for all that is measured. */
const ENDED = { conclusion: 'failure', steps: [], outputs: new Map() } as const
const TOLD = 'The run failed before its work began'

/**
 * One process takes the webhooks of 50 labels at once, plans, dispatches 50 runs, hears of their end and says what is to
 * be done. GitHub is played on the same machine meanwhile. What has not ended after 90 seconds is not waited for.
 */
export async function rows(): Promise<Row[]> {
  const { files } = await tinyStory()
  const theatre: Theatre = await openTheatre({
    files,
    owner: OWNER,
    name: REPOSITORIES[0] ?? '',
    env: { AUTOPILOT_MONEY_MONTH_USD: '1000' },
    loopback: {
      limits: { installation: 1e6, pointsPerMinute: 1e6, contentsPerMinute: 1e6, contentsPerHour: 1e6 },
      actions: { play: () => Promise.resolve(ENDED) },
    },
  })
  try {
    for (const name of REPOSITORIES.slice(1)) await theatre.loopback.repository({ owner: OWNER, name, files })
    const issues = await openIssues(theatre)
    await theatre.loopback.settled()
    const ms = new Map(REPOSITORIES.map((name): [string, number[]] => [name, []]))
    const start = performance.now()
    const told = new Set<string>()
    theatre.loopback.forge.listen(({ name, payload, repository }) => {
      const { comment, issue } = payload as { comment?: { body?: string }; issue?: { number?: number } }
      if (name !== 'issue_comment' || repository === undefined) return
      if (comment?.body?.includes(TOLD) !== true) return
      const key = `${repository.name}#${issue?.number ?? 0}`
      if (!told.has(key)) ms.get(repository.name)?.push(performance.now() - start)
      told.add(key)
    })
    await Promise.all(issues.map((at) => theatre.ana.rest.issues.addLabels({ ...at, labels: ['autopilot'] })))
    let rss = 0
    while (told.size < issues.length && performance.now() - start < LONGEST_MS) {
      rss = Math.max(rss, await rssOf(theatre.process.pid()))
      await new Promise((resume) => setTimeout(resume, LOOK_MS))
    }
    const took = performance.now() - start
    const all = [...ms.values()]
    // what has not ended took at least as long as was waited
    const means = all.map((one) => mean([...one, ...Array<number>(TASKS_EACH - one.length).fill(took)]))
    const minutes = (told.size < issues.length ? took : Math.max(...all.flat())) / 60_000
    return [
      atLeast('app.tasks_50.ended', told.size, 'tasks', issues.length),
      shown('app.tasks_50.throughput', told.size / minutes, 'tasks/min'),
      atMost('app.tasks_50.fairness', Math.max(...means) / Math.min(...means), 'x', 1.5),
      shown('app.tasks_50.rss', rss, 'MB'),
    ]
  } finally {
    await theatre.close()
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Repository by repository: the first would be served first where nobody cares. */
async function openIssues(
  theatre: Theatre,
): Promise<{ owner: string; repo: string; issue_number: number }[]> {
  const opened = []
  for (const repo of REPOSITORIES) {
    for (let nth = 0; nth < TASKS_EACH; nth += 1) {
      const { data } = await theatre.ana.rest.issues.create({ owner: OWNER, repo, ...ISSUE })
      opened.push({ owner: OWNER, repo, issue_number: data.number })
    }
  }
  return opened
}
