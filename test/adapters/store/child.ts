// Owns the other process of the store's tests: `node child.ts MODE FILE NAME TIMES`.
import { openStore } from '../../../src/adapters/store/store.ts'
import { StoreError } from '../../../src/adapters/store/store-error.ts'
import { chainOf } from './entries.ts'

const [mode = '', file = '', name = '', times = '0'] = process.argv.slice(2)
const clock = { now: () => new Date(), monotonic: () => performance.now(), sleep: async () => {} }
const { store, leases, inbox } = await openStore({ file, clock })
const CHAIN = 'task:t-0000000task'

async function appendOne(): Promise<boolean> {
  const [entry] = chainOf(1, CHAIN, await store.head(CHAIN), name)
  if (entry === undefined) return false
  try {
    await store.transaction((tx) => tx.append(entry))
    return true
  } catch (error) {
    if (error instanceof StoreError && error.code === 'conflict') return false
    throw error
  }
}

if (mode === 'append') {
  // says a number only after the entry of that number was committed
  for (let done = 0; done < Number(times);) {
    if (await appendOne()) {
      done += 1
      process.stdout.write(`${done}\n`)
    }
  }
}
if (mode === 'accept') {
  const delivery = { event: 'issues', action: null, repository: 1, installation: 1, payload: '{}' }
  // eight at a time, so that commits are shared; says a number only after that many were accepted
  for (let done = 0; done < Number(times); done += 8) {
    const group = Array.from({ length: 8 }, (_, at) =>
      inbox.accept({ ...delivery, guid: `${name}${done + at}` }),
    )
    await Promise.all(group)
    process.stdout.write(`${done + 8}\n`)
  }
}
if (mode === 'count') {
  for (let done = 0; done < Number(times);) {
    const fence = await leases.acquire('k', name, 60_000)
    if (fence === 'held') {
      await new Promise((resolve) => setTimeout(resolve, 1))
      continue
    }
    const count = Number((await store.text('t-0000000task', 'count')) ?? '0')
    await store.transaction(async (tx) => {
      await tx.checkFence(fence)
      await tx.putText('t-0000000task', 'count', String(count + 1))
    })
    await leases.release(fence)
    done += 1
  }
}
await store.close()
