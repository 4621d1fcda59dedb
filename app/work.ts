// Owns what the App does: with a delivery, with a task, with an effect.
import type { Work } from './work-loop.ts'

export function makeWork(): Work {
  return {
    async handle() {},
    async advance() {},
    send: async ({ kind }) => ({ refused: `nothing sends a ${kind}` }),
  }
}
