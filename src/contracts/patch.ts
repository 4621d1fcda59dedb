// Owns AttachedPatch: a unified diff that came with a request, already read as data.
import type { Digest } from './canonical.ts'

export interface AttachedPatch {
  /** The diff's text, as it will be applied. */
  text: string
  digest: Digest
  files: readonly {
    path: string
    action: 'create' | 'modify' | 'delete'
    added: number
    removed: number
    binary: boolean
  }[]
  /** What cannot be done with it; one that is not empty is never applied. */
  problems: readonly { rule: string; message: string; fix: string; path?: string }[]
}
