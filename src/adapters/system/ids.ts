// Owns fresh ids: sortable by time, with enough randomness that two machines never meet.
import { randomBytes } from 'node:crypto'
import type { Ids } from '../../ports.ts'

/** `<kind>-<9 base36 digits of the millisecond><10 random base36 digits>`. */
export function systemIds(): Ids {
  return {
    next(kind) {
      const time = Date.now().toString(36).padStart(9, '0')
      const random = BigInt(`0x${randomBytes(7).toString('hex')}`)
        .toString(36)
        .padStart(11, '0')
        .slice(-10)
      return `${kind}-${time}${random}`
    },
  }
}
