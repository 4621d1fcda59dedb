// Owns `autopilot ledger verify`.
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { BundleError, openBundle } from '../adapters/bundle/bundle-folder.ts'
import { evidenceJson, type Digest } from '../contracts/canonical.ts'
import { permits } from '../contracts/verdict.ts'
import { verifyBundle } from '../pipeline/verify-bundle.ts'
import { renderVerdictTable } from '../report/verdict-table.ts'
import { EXIT, refusalOf } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

const Options = z.object({
  head: z.string().optional(),
  rederive: z.boolean().default(false),
  json: z.string().optional(),
})

/** 0: the bundle holds. 2: it does not. 4: it is no bundle, or the head is no head. */
export async function verifyCommand(folder: string, input: object, terminal: Terminal): Promise<number> {
  const options = Options.parse(input)
  const head = options.head === undefined ? undefined : parseHead(options.head)
  const bundle = await openBundle(resolve(folder)).catch((error: unknown) => {
    if (!(error instanceof BundleError)) throw error
    const fix = 'give the folder that the run printed as its bundle'
    throw refusalOf([{ rule: 'bundle-missing', message: error.message, fix }])
  })
  const verdict = await verifyBundle(bundle, {
    rederive: options.rederive,
    ...(head === undefined ? {} : { head }),
  })
  terminal.out(
    renderVerdictTable(verdict.children, {
      colour: terminal.color,
      width: terminal.width,
      title: 'check',
      reasons: 'always',
    }),
  )
  terminal.out(`\n${verdict.reason}`)
  if (options.json !== undefined) await writeFile(options.json, evidenceJson(verdict))
  return permits(verdict.status) ? EXIT.accepted : EXIT.notAccepted
}

function parseHead(text: string): { hash: Digest; length: number } {
  const [, hash, length] = /^((?:sha256:)?[0-9a-f]{64}):(\d{1,9})$/.exec(text) ?? []
  if (hash === undefined || length === undefined) {
    const message = `--head ${JSON.stringify(text)} is no head`
    const fix = 'give HASH:LENGTH as the run printed it: sha256:<64 hex digits>:<entries>'
    throw refusalOf([{ rule: 'head-malformed', message, fix }])
  }
  return { hash: hash.startsWith('sha256:') ? hash : `sha256:${hash}`, length: Number(length) }
}
