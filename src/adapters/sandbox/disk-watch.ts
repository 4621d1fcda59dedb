// Owns the bound on disk: what the writable folders hold is counted while a command runs.
import { statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryTool } from './host-tool.ts'

const POLL_MS = 50
/** A count takes at most this share of the time between two counts, so that a large tree is not walked all the time. */
const COUNT_SHARE = 20
const COUNT_EVERY_MS = 500
/** Threat: files that were unlinked while open are in no folder. Below this much free space the command ends anyway. */
const RESERVE_BYTES = 512 * 1024 * 1024
/** Threat: millions of empty files hold no bytes, but a disk without inodes takes no file of anyone. */
const RESERVE_INODES = 0.02

export interface DiskWatch {
  /** Counts a last time when the command lived long enough or the disk shrank. */
  stop(): Promise<void>
}

/** Calls `over` once, with a sentence, when `folders` hold more than `limitBytes`. */
export function watchDisk(
  folders: readonly string[],
  limitBytes: number,
  over: (detail: string) => void,
): DiskWatch {
  const ending = new AbortController()
  const [first = '/'] = folders
  const free = async (): Promise<number> => {
    const at = await statfs(first)
    if (at.files > 0 && at.ffree < at.files * RESERVE_INODES) return 0
    return at.bavail * at.bsize
  }
  let atStart: number | undefined
  let atCount: number | undefined
  let counted = performance.now()
  let pause = COUNT_EVERY_MS
  const reported = new Set<string>()
  const report = (detail: string): void => {
    if (reported.size === 0) over(detail)
    reported.add(detail)
  }

  const look = async (always: boolean): Promise<void> => {
    const now = await free()
    atStart ??= now
    atCount ??= now
    const shrank = atStart - now
    if (now < RESERVE_BYTES && shrank > limitBytes / 4) {
      report('the disk of the machine is nearly full')
      return
    }
    const due = atCount - now > limitBytes / 8 || performance.now() - counted > pause
    if (!due && !always) return
    const began = performance.now()
    const usage = await diskUsage(folders)
    atCount = now
    counted = performance.now()
    pause = Math.max(COUNT_EVERY_MS, (counted - began) * COUNT_SHARE)
    // Threat: a folder without permissions hides its content from a host that is not root.
    const used = usage.hidden ? Math.max(usage.bytes, shrank) : usage.bytes
    if (used > limitBytes) report(`used ${used} bytes of disk, the limit is ${limitBytes}`)
  }

  const watching = (async (): Promise<void> => {
    await look(false)
    while (!ending.signal.aborted && reported.size === 0) {
      await sleep(POLL_MS, undefined, { signal: ending.signal }).catch(() => undefined)
      if (!ending.signal.aborted) await look(false)
    }
  })()
  const settled = watching.catch(() => report('the disk use could not be counted'))

  return {
    async stop() {
      const lived = performance.now() - counted
      ending.abort()
      await settled
      if (reported.size === 0) await look(lived > COUNT_EVERY_MS / 2).catch(() => undefined)
    },
  }
}

async function diskUsage(folders: readonly string[]): Promise<{ bytes: number; hidden: boolean }> {
  const { stdout, stderr } = await tryTool('du', ['-s', '-c', '-x', '-B1', '--', ...folders])
  const bytes = Number(/^(\d+)\ttotal$/m.exec(stdout)?.[1] ?? Number.NaN)
  if (Number.isNaN(bytes)) throw new Error(`du: ${stderr}`)
  return { bytes, hidden: stderr.includes('Permission denied') }
}
