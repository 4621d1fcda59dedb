// Owns what is known of the descriptors that whoever started this process left open.
import { readdirSync, readFileSync } from 'node:fs'

/** As in <fcntl.h> on Linux; Node does not export it. */
const O_CLOEXEC = 0o2000000

let inheritedOnce: readonly number[] | undefined

/**
 * Threat: descriptors that whoever started this process left open (a lock, a log, a secret file) would be open inside
 * too. Node opens its own with O_CLOEXEC, so the others are known by that flag, and do not change.
 */
export function inheritedDescriptors(): readonly number[] {
  inheritedOnce ??= readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((at) => at > 2 && !isClosedOnExec(at))
  return inheritedOnce
}

function isClosedOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]
    return (Number.parseInt(flags ?? '0', 8) & O_CLOEXEC) !== 0
  } catch {
    // the descriptor of the listing itself
    return true
  }
}
