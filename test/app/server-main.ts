// Owns the App's process under test: `node server-main.ts record|hang FILE`; the real start, with work that notes each
// delivery it handled in FILE, or that never ends.
import { appendFileSync } from 'node:fs'
import { main } from '../../app/main.ts'

const [mode = '', file = ''] = process.argv.slice(2)

await main(() => ({
  async handle({ guid, event }) {
    if (mode === 'hang') await new Promise(() => {})
    appendFileSync(file, `${event} ${guid}\n`)
  },
  async advance() {},
  send: async () => ({ result: null }),
}))
