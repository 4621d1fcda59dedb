// What is committed in action/dist is what these sources make, small enough to be downloaded for every job.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildAction, DIST } from './build-action.ts'

test('action/dist is what the sources make: npm run build:action', async () => {
  const built = await buildAction()
  const found = await readdir(DIST, { recursive: true, withFileTypes: true })
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(DIST.length + 1))
  expect(names.sort()).toEqual([...built.keys()].sort())
  for (const [name, bytes] of built) {
    const same = Buffer.from(bytes).equals(await readFile(join(DIST, name)))
    expect([name, same]).toEqual([name, true])
  }
})

test('the same sources make the same bytes', async () => {
  const [one, other] = await Promise.all([buildAction(), buildAction()])
  expect([...one.keys()]).toEqual([...other.keys()])
  for (const [name, bytes] of one)
    expect(Buffer.from(bytes).equals(other.get(name) ?? Buffer.of())).toBe(true)
})

test('it has at most 2.5 MB, no file above 1 MB, and names no folder of this machine', async () => {
  const built = await buildAction()
  const sizes = [...built.values()].map((bytes) => bytes.length)
  expect(sizes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(2_500_000)
  expect(Math.max(...sizes)).toBeLessThan(1_000_000)
  const home = join(DIST, '../..')
  for (const bytes of built.values()) expect(Buffer.from(bytes).includes(home)).toBe(false)
})
