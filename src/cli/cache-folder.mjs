// Owns where things lie that can be made again: installed dependencies, compiled code.
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Reachable by the uid that sandboxed commands drop to: below nobody's private home when this is root.
 * @returns {string}
 */
export function cacheFolder() {
  if (process.getuid?.() === 0) return '/var/cache/autopilot'
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'autopilot')
}
