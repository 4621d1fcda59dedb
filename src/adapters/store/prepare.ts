// Owns prepared statements: built once by Kysely, run again and again with other values.
import type { Compilable, CompiledQuery } from 'kysely'

type Values = Readonly<Record<string, string | number | null>>

/** Stands in a query for a value that comes with each run. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

// the builder only carries a value to `parameters`; its type there is the column's
export function slot<T>(name: string): T {
  return new Slot(name) as T
}

/** Compiles once; the result takes the values by slot name. */
export function prepare<R>(query: Compilable<R>): (values: Values) => CompiledQuery<R> {
  const compiled = query.compile()
  return (values) => ({
    ...compiled,
    parameters: compiled.parameters.map((one) => (one instanceof Slot ? values[one.name] : one)),
  })
}
