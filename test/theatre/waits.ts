// Owns the options of a stage whose pull requests wait for a person, as they do under the default policy.
import type { QuickOptions } from './quick.ts'

export const WAITS = { files: { '.github/autopilot/policy.yml': null } } as const satisfies QuickOptions
