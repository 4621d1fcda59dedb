// Holds temporary folders to their promise: gone when they are removed, and when the process ends before that.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const MODULE = JSON.stringify(fileURLToPath(new URL('temporary-folder.ts', import.meta.url)))

test('it is there until it is removed', async () => {
  const folder = await temporaryFolder('kept-')
  expect(existsSync(folder.path)).toBe(true)
  await folder.remove()
  expect(existsSync(folder.path)).toBe(false)
})

test.for([
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
] as const)('$signal ends a process in order: its folder is gone, its exit code is $code', async (x) => {
  const program = `
    import { endInOrder, temporaryFolder } from ${MODULE}
    endInOrder()
    const { path } = await temporaryFolder('interrupted-')
    console.log(path)
    setInterval(() => undefined, 1000)`
  const running = execa(process.execPath, ['--input-type=module', '--eval', program], { reject: false })
  const path = await new Promise<string>((resolve) => {
    running.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
  })
  expect(existsSync(path)).toBe(true)
  running.kill(x.signal)
  const { exitCode } = await running
  expect(exitCode).toBe(x.code)
  expect(existsSync(path)).toBe(false)
})

test('who waits for Ctrl-C hears it instead, and closes by itself', async () => {
  const program = `
    import { endInOrder, untilInterrupted } from ${MODULE}
    endInOrder()
    const alive = setInterval(() => undefined, 1000)
    const heard = untilInterrupted()
    console.log('waiting')
    await heard
    clearInterval(alive)
    console.log('closed')`
  const running = execa(process.execPath, ['--input-type=module', '--eval', program], { reject: false })
  running.stdout.once('data', () => running.kill('SIGINT'))
  const { exitCode, stdout } = await running
  expect(stdout).toBe('waiting\nclosed')
  expect(exitCode).toBe(0)
})
