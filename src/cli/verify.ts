// Owns `autopilot ledger verify`.
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { BundleError, openBundle } from '../adapters/bundle/bundle-folder.ts'
import { evidenceJson, type Digest } from '../contracts/canonical.ts'
import { permits, type Verdict } from '../contracts/verdict.ts'
import { verifyBundle } from '../pipeline/verify-bundle.ts'
import { MANIFEST } from '../work/bundle.ts'
import { renderVerdictTable } from '../report/verdict-table.ts'
import { EXIT, refusalOf } from './exit-codes.ts'
import { checkWritable } from './json-file.ts'
import type { Terminal } from './terminal.ts'

const Options = z.object({
  head: z.string().optional(),
  rederive: z.boolean().default(false),
  json: z.string().optional(),
})

/** 0: the bundle holds. 2: it does not. 4: it is no bundle, or the head is no head. */
export async function verifyCommand(folder: string, input: object, terminal: Terminal): Promise<number> {
  const options = Options.parse(input)
  if (options.json !== undefined) await checkWritable(options.json)
  const head = options.head === undefined ? undefined : parseHead(options.head)
  const verdict = await verifyFolder(resolve(folder), {
    rederive: options.rederive,
    ...(head === undefined ? {} : { head }),
  }).catch((error: unknown) => {
    if (!(error instanceof BundleError)) throw error
    throw noBundle(error.message)
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
  if (options.json !== undefined) await writeFile(resolve(options.json), evidenceJson(verdict))
  return permits(verdict.status) ? EXIT.accepted : EXIT.notAccepted
}

async function verifyFolder(folder: string, x: Parameters<typeof verifyBundle>[1]): Promise<Verdict> {
  const bundle = await openBundle(folder)
  if ((await bundle.read(MANIFEST)) === undefined) throw noBundle(`${folder} holds no ${MANIFEST}`)
  return verifyBundle(bundle, x)
}

function noBundle(message: string): Error {
  const fix = 'give the folder that the run printed as its bundle'
  return refusalOf([{ rule: 'bundle-missing', message, fix }])
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
