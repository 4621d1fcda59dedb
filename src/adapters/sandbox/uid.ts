// Owns the choice of an unused uid: when the host is root, nothing inside a sandbox may be host uid 0.
import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'

// Neither range belongs to anyone by convention (systemd.io/UIDS-GIDS): 61184–65519 are systemd's dynamic users, and
// user tools give out subordinate ids from 100000. A container may map only the first 65536 ids.
const RANGES = [
  { from: 65_537, to: 99_999 },
  { from: 61_000, to: 61_183 },
] as const

export interface Uids {
  /** A uid that is in no passwd or group file, owns no process, and was not handed out before. */
  take(): number
  /** The given uid when it is one that take() could give; otherwise a new one. */
  prefer(uid: number): number
}

export function makeUids(): Uids {
  const range = RANGES.find(isMapped) ?? RANGES[1]
  const taken = new Set<number>()
  const named = idsOf('/etc/passwd').union(idsOf('/etc/group'))
  return {
    take() {
      const busy = processOwners()
      for (;;) {
        const uid = randomInt(range.from, range.to + 1)
        if (taken.has(uid) || named.has(uid) || busy.has(uid)) continue
        taken.add(uid)
        return uid
      }
    },
    prefer(uid) {
      if (uid < range.from || uid > range.to || named.has(uid)) return this.take()
      taken.add(uid)
      return uid
    },
  }
}

function isMapped(range: { from: number; to: number }): boolean {
  return readFileSync('/proc/self/uid_map', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([first = 0, , count = 0]) => first <= range.from && range.to < first + count)
}

function idsOf(file: string): Set<number> {
  return new Set(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => Number(line.split(':')[2] ?? Number.NaN)),
  )
}

function processOwners(): Set<number> {
  const owners = new Set<number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statSync(`/proc/${name}`, { throwIfNoEntry: false })
    if (stat !== undefined) owners.add(stat.uid)
  }
  return owners
}
