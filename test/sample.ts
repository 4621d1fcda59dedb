// Owns the seeded sample: of what is too slow to run whole at each `npm test`, a part is drawn by the commit.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'

export interface Draw {
  /** Nothing is left out. */
  all: boolean
  /** The same seed draws the same. */
  seed: string
}

/**
 * `AUTOPILOT_TESTS=all` leaves nothing out. The seed is `AUTOPILOT_SEED`, or else the commit: another commit draws
 * others, and the draw of a run can be repeated. Throws when AUTOPILOT_TESTS says anything else.
 */
export function drawOf(env: Readonly<Record<string, string | undefined>>, commit = headCommit): Draw {
  const wanted = env['AUTOPILOT_TESTS'] ?? ''
  if (wanted !== '' && wanted !== 'all') {
    throw new Error(`AUTOPILOT_TESTS is "${wanted}" · Leave it out for a sample, or set it to all.`)
  }
  return { all: wanted === 'all', seed: env['AUTOPILOT_SEED'] || commit() }
}

/** Seven characters of the commit that is checked out; `none` where there is no repository, or no git. */
function headCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=7', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'none'
  }
}

/**
 * `count` of the items, in their order; all when the draw says so. An item's lot hangs on itself alone, so that a new
 * item moves no other in or out but for its own place. `salt` keeps the samples of one run apart.
 */
export function sampleOf<T>(
  items: readonly T[],
  count: number,
  salt: string,
  draw: Draw = drawOf(process.env),
): T[] {
  if (draw.all) return [...items]
  const lots = items.map((item, at) => ({
    at,
    lot: createHash('sha256')
      .update(JSON.stringify([draw.seed, salt, item]))
      .digest('hex'),
  }))
  lots.sort((a, b) => (a.lot < b.lot ? -1 : a.lot > b.lot ? 1 : a.at - b.at))
  const drawn = new Set(lots.slice(0, count).map(({ at }) => at))
  return items.filter((_, at) => drawn.has(at))
}

/** Says what ran and how to run the rest; undefined when nothing was left out. `what` is a plural. */
export function sampleLine(
  ran: number,
  of: number,
  what: string,
  draw: Draw = drawOf(process.env),
): string | undefined {
  if (ran >= of) return undefined
  return `sample: ${ran} of ${of} ${what}, seed ${draw.seed} · all of them: npm run test:all`
}

/** The part of one file's tests that this run plays; what is left out is said. */
export function drawTests<T>(items: readonly T[], count: number, what: string): T[] {
  const drawn = sampleOf(items, count, what)
  const line = sampleLine(drawn.length, items.length, what)
  if (line !== undefined) console.log(line)
  return drawn
}
