// Owns the look before a command of this checkout: on a Node that is too old, or without dependencies, it says what to
// type. Runs on any Node that knows modules, before anything is installed, so it imports only what that brings.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isNewEnough } from './setup.mjs'

/** As for every command: the machine lacks something. */
const MACHINE = 5

const installed = existsSync(fileURLToPath(new URL('../../node_modules/.bin', import.meta.url)))
if (!installed || !isNewEnough(process.version)) {
  const why = installed ? `this is Node ${process.version}` : 'the dependencies are not installed'
  console.error(`Not ready · ${why} · Type: npm run setup`)
  process.exit(MACHINE)
}
