// Every attempt to break out of bubblewrap, as another user whom root starts: with rlimits, under its own uid.
import { execFile, spawn } from 'node:child_process'
import type { StdioOptions } from 'node:child_process'
import { chmod, cp, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { findTool } from '../../../src/adapters/sandbox/host-tool.ts'
import { firstUnreachable } from '../../../src/adapters/sandbox/scratch.ts'
import { makeUids } from '../../../src/adapters/sandbox/uid.ts'
import { npmPath, text } from './arena.ts'
import { attempts } from './attempts.ts'

// on a checking machine an absent tool is a failure, not a skip
const absent = findTool('bwrap') === undefined && process.env['CI'] !== 'true'
const isRoot = process.getuid?.() === 0

describe.skipIf(absent || !isRoot)('as another user, started by root (skipped: not root)', () => {
  let results: ReadonlyMap<string, Record<string, unknown>>
  beforeAll(async () => {
    results = await runAsAnotherUser()
  }, 240_000)

  test('the sandbox is the same one, under its own uid and with rlimits', () => {
    const { title: _, uid, ...sandbox } = results.get('sandbox') ?? {}
    expect(uid).toBeGreaterThan(0)
    expect(sandbox).toEqual({ level: 'bwrap', limitsBy: 'rlimit', uidDropped: false })
  })
  test.for(attempts)('$title', ({ title }) => {
    expect(results.get(title)?.['failed']).toBeNull()
  })
})

async function runAsAnotherUser(): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const uid = makeUids().take()
  const here = dirname(fileURLToPath(import.meta.url))
  const copy = await reachableCopy(here, uid)
  const folder = await mkdtemp(join(tmpdir(), 'other-'))
  await chmod(folder, 0o755)
  try {
    const node = copy === undefined ? process.execPath : join(copy, 'node')
    const script = join(copy === undefined ? here : join(copy, 'test/adapters/sandbox'), 'attempts-main.ts')
    const secret = join(folder, 'secret')
    await writeFile(secret, 'canary-descriptor')
    const careless = await open(secret)
    // as a careless parent would: a file that is left open, above the descriptors that Node looks after by itself
    const stdio = ['ignore', 'pipe', 'inherit', ...Array.from({ length: 197 }, () => 'ignore'), careless.fd]
    const child = spawn(
      '/usr/bin/setpriv',
      [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', node, script],
      { cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio: stdio as StdioOptions },
    )
    const stdout = await text(child.stdout as Readable)
    await careless.close()
    const lines = stdout.trim().split('\n')
    return new Map(
      lines.map((line) => {
        const result = JSON.parse(line) as Record<string, unknown>
        return [String(result['title']), result]
      }),
    )
  } finally {
    await rm(folder, { recursive: true })
    if (copy !== undefined) await rm(copy, { recursive: true })
  }
}

/** A checkout below a closed home is copied to where another user can read it. */
async function reachableCopy(here: string, uid: number): Promise<string | undefined> {
  const blocked = await Promise.all(
    [join(here, 'arena.ts'), process.execPath, join(npmPath, 'package.json')].map((one) =>
      firstUnreachable(one, uid),
    ),
  )
  if (blocked.every((one) => one === undefined)) return undefined
  const root = join(here, '../../..')
  const copy = await mkdtemp(join(tmpdir(), 'checkout-'))
  for (const path of ['src', 'test/adapters/sandbox', 'package.json']) {
    await cp(join(root, path), join(copy, path), { recursive: true })
  }
  for (const name of ['zod', 'canonicalize', 'npm']) {
    await cp(join(root, 'node_modules', name), join(copy, 'node_modules', name), {
      recursive: true,
      dereference: true,
    })
  }
  await cp(process.execPath, join(copy, 'node'))
  await promisify(execFile)('/usr/bin/chmod', ['-R', 'a+rX', copy])
  return copy
}
