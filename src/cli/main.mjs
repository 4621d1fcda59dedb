#!/usr/bin/env node
// Owns the start of the `autopilot` command: compiled code is kept between starts, which halves the time to the first
// word. Plain JavaScript: stripping types from the first file would load what the rest no longer needs.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.mjs'

// Threat: Node's own default lies in a folder that every user of the machine may fill with code.
enableCompileCache(join(cacheFolder(), 'compile'))
const { runProgram } = await import('./program.ts')
await runProgram()
