// Owns the run of every attempt in a process of its own, which the tests start as another user; prints one JSON line each.
import { openArena } from './arena.ts'
import { attempts } from './attempts.ts'

const arena = await openArena()
const { level, limitsBy, uidDropped } = arena.sandbox
console.log(JSON.stringify({ title: 'sandbox', level, limitsBy, uidDropped, uid: process.getuid?.() }))
for (const { title, attempt } of attempts) {
  const failed = await attempt(arena).then(
    () => null,
    (error: Error) => error.stack ?? String(error),
  )
  console.log(JSON.stringify({ title, failed }))
}
await arena.close()
