// Owns the start of the App, `npm start`: compiled code is kept between starts, which halves the time to the first
// request. Plain JavaScript: stripping types from the first file would load what the rest no longer needs.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from '../src/cli/cache-folder.mjs'

// Threat: Node's own default lies in a folder that every user of the machine may fill with code.
enableCompileCache(join(cacheFolder(), 'compile'))
const { main } = await import('./main.ts')
await main()
// otherwise done at the end of the process alone, which a server may never reach in order
flushCompileCache()
