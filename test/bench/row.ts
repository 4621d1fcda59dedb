// Owns the shape of a bench row and the few figures that rows are made of.

export interface Row {
  id: string
  value: number
  unit: string
  /** As text: `<= 1.3`; `-` for a figure that is only shown. */
  target: string
  ok: boolean
}

/** A row that is held to an upper bound. */
export function atMost(id: string, value: number, unit: string, bound: number): Row {
  return { id, value: round(value), unit, target: `<= ${bound}`, ok: value <= bound }
}

/** A row that is held to a lower bound. */
export function atLeast(id: string, value: number, unit: string, bound: number): Row {
  return { id, value: round(value), unit, target: `>= ${bound}`, ok: value >= bound }
}

/** A row that is only shown beside others. */
export function shown(id: string, value: number, unit: string): Row {
  return { id, value: round(value), unit, target: '-', ok: true }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
