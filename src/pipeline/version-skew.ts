// Owns telling by a bundle's own words that it was made by another version of Autopilot than the one that reads it.
import { z } from 'zod'
import { BundleManifestContract } from '../contracts/bundle.ts'
import { CONTRACTS } from '../contracts/registry.ts'
import { VERSION } from '../contracts/version.ts'
import type { BundleReader } from '../ports.ts'
import { MANIFEST, parseJson } from '../work/bundle.ts'

/** `bundle-newer`: the one who reads is the older. */
export interface Skew {
  rule: 'bundle-newer' | 'bundle-older'
  reason: string
}

const Tagged = z.object({ schema: z.string().regex(/^autopilot\/bundle@\d{1,4}$/) })
/** What every version of a fingerprint has said. */
const Made = z.object({
  autopilot: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}/),
  contracts: z.record(z.string(), z.int()),
})

/** Nothing of it is believed: the answer only explains why a bundle is refused. undefined: the versions are the same. */
export async function versionSkew(bundle: BundleReader): Promise<Skew | undefined> {
  const manifest = Tagged.safeParse(await json(bundle, MANIFEST))
  const made = Made.safeParse(await json(bundle, 'inputs/fingerprint.json'))
  const by = made.success ? `the Action is Autopilot ${made.data.autopilot}, ` : ''
  const is = (rule: Skew['rule'], what: string, found: number, reads: number): Skew => ({
    rule,
    reason: `${by}this App is Autopilot ${VERSION}: the run's ${what} has version ${found}, the App reads version ${reads}`,
  })
  if (manifest.success) {
    const found = Number(manifest.data.schema.split('@')[1])
    const reads = BundleManifestContract.version
    if (found !== reads) return is(found > reads ? 'bundle-newer' : 'bundle-older', 'manifest', found, reads)
  }
  if (!made.success) return undefined
  for (const { name, version } of CONTRACTS) {
    const found = made.data.contracts[name]
    if (found === undefined || found === version) continue
    return is(found > version ? 'bundle-newer' : 'bundle-older', name, found, version)
  }
  const order = compare(made.data.autopilot, VERSION)
  if (order === 0) return undefined
  return {
    rule: order > 0 ? 'bundle-newer' : 'bundle-older',
    reason: `${by}this App is Autopilot ${VERSION}`,
  }
}

async function json(bundle: BundleReader, path: string): Promise<unknown> {
  const bytes = await bundle.read(path)
  return bytes === undefined ? undefined : parseJson(bytes)
}

/** Of `major.minor.patch`; what follows plays no part. */
function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/[.+-]/, 3).map(Number))
  const at = [0, 1, 2].find((index) => left?.[index] !== right?.[index])
  return at === undefined ? 0 : (left?.[at] ?? 0) - (right?.[at] ?? 0)
}
