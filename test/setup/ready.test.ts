// Holds the look before a command: without dependencies it stops and says what to type, and with them it says nothing.
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { temporaryFolder } from '../temporary-folder.ts'

const READY = 'test/setup/ready.mjs'

async function checkout(): Promise<string> {
  const folder = await temporaryFolder('ready-')
  onTestFinished(() => folder.remove())
  await cp(fileURLToPath(new URL('.', import.meta.url)), join(folder.path, 'test/setup'), { recursive: true })
  return folder.path
}

const look = (cwd: string) => execa(process.execPath, [READY], { cwd, reject: false, all: true })

test('a fresh clone is told to be set up', async () => {
  const { all, exitCode } = await look(await checkout())
  expect(all).toBe('Not ready · the dependencies are not installed · Type: npm run setup')
  expect(exitCode).toBe(5)
})

test('with dependencies and a Node that is new enough nothing is said', async () => {
  const folder = await checkout()
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
  const { all, exitCode } = await look(folder)
  expect(all).toBe('')
  expect(exitCode).toBe(0)
})

test('every command that Node runs from this checkout is looked at first', () => {
  const commands = Object.entries(manifest.scripts).filter(([, line]) =>
    /\bnode (?!test\/setup\/setup\.mjs)/.test(line),
  )
  expect(commands.length).toBeGreaterThan(5)
  for (const [name, line] of commands) expect(line, name).toMatch(new RegExp(`^node ${READY} && `))
})
