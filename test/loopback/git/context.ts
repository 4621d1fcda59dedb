// Owns what the parts of one repository share: where it lies, how git is asked, its reader and its lock.
import type { Exclusive } from './lock.ts'
import type { ObjectReader } from './object-reader.ts'
import type { GitAnswer } from './processes.ts'
import type { RefWriter } from './ref-writer.ts'

export interface RepositoryContext {
  /** The bare repository's folder; it changes when the repository is renamed. */
  folder(): string
  ask(args: readonly string[], input?: string): Promise<GitAnswer>
  run(args: readonly string[], input?: string): Promise<Buffer>
  /** For arguments that name objects by id and nothing that moves: the answer is remembered. */
  askOnce(args: readonly string[]): Promise<GitAnswer>
  runOnce(args: readonly string[]): Promise<Buffer>
  reader: ObjectReader
  refWriter: RefWriter
  exclusive: Exclusive
}
