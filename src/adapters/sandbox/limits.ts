// Owns the limits of a command: the defaults, and what lies outside of a caller's choice.
import type { ExecLimits } from '../../ports.ts'

const MiB = 1024 * 1024

/** Generous for a test suite on a 7 GB runner, small beside the machine; a caller may set each one. */
export const DEFAULT_LIMITS: ExecLimits = {
  wallMs: 600_000,
  cpuSeconds: 900,
  memoryBytes: 4096 * MiB,
  processes: 512,
  fileBytes: 1024 * MiB,
  diskBytes: 4096 * MiB,
  outputBytes: 64 * MiB,
}

/** `/tmp` and the home folder live in memory and are charged to the command's memory. */
export const TMP_BYTES = 512 * MiB
export const HOME_BYTES = 256 * MiB
/** `/dev/shm`, and the cache folder inside each mounted dependency folder. */
export const SMALL_TMPFS_BYTES = 64 * MiB

/** Undefined values in a later layer leave the earlier one standing. */
export function mergeLimits(...layers: readonly (Partial<ExecLimits> | undefined)[]): ExecLimits {
  const merged: ExecLimits = { ...DEFAULT_LIMITS }
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) {
      if (value !== undefined) merged[name as keyof ExecLimits] = value
    }
  }
  return merged
}
