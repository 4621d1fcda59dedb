// Owns what the store needs of any database: run a compiled query, and run several as one transaction.
import type { CompiledQuery } from 'kysely'

/** Rows of a query that returns some; how many rows it changed otherwise. */
export interface Result<R> {
  rows: readonly R[]
  changed: number
}
export type Run = <R>(query: CompiledQuery<R>) => Promise<Result<R>>

/**
 * One connection. Kysely builds and types every query; the hot paths are run here and not through its executor, whose
 * steps cost a quarter of a durable insert each on SQLite (test/bench). Throws StoreError.
 */
export interface Connection {
  /** Alone: a transaction of its own. Waits for its turn. */
  run: Run
  /** All or nothing; `work` gets the run of this transaction. An error of `work` rolls back and passes on as it is. */
  transaction<T>(work: (run: Run) => Promise<T>): Promise<T>
  /**
   * All or nothing, and durable when it resolves, in one commit with what others ask for meanwhile (group commit): a
   * sync costs more than many rows. What is not `urgent` waits up to 10 ms for others to go with.
   */
  grouped(queries: readonly CompiledQuery[], urgent?: boolean): Promise<readonly Result<unknown>[]>
  /** Without waiting; false when it cannot be now, because a transaction is open or another process holds the file. */
  tryRun(query: CompiledQuery): boolean
  close(): Promise<void>
}
