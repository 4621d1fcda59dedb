// Owns what a bundle holds and how it is checked as data: the manifest names every file by sha256.
import { BundleManifestContract, type BundleManifest } from '../contracts/bundle.ts'
import { canonicalJson, digestOf, type Digest } from '../contracts/canonical.ts'
import type { BundleReader } from '../ports.ts'

export const MANIFEST = 'manifest.json'

/** Manifest over `files` (paths relative to the bundle, without the manifest itself). */
export function makeManifest(
  about: Omit<BundleManifest, 'schema' | 'files'>,
  files: ReadonlyMap<string, Uint8Array>,
): BundleManifest {
  const listed = [...files].map(([path, bytes]) => ({ path, sha256: digestOf(bytes), bytes: bytes.length }))
  return { schema: 'autopilot/bundle@1', ...about, files: listed.sort((a, b) => (a.path < b.path ? -1 : 1)) }
}

/** A bundle's identity: the digest of its manifest, which names the digest of everything else. */
export function bundleDigest(manifest: BundleManifest): Digest {
  return digestOf(canonicalJson(manifest))
}

export type BundleCheck = { manifest: BundleManifest | null; problems: readonly string[] }

/** Every file present, none beside, all digests right. Problems name the file. */
export async function checkBundle(bundle: BundleReader): Promise<BundleCheck> {
  const bytes = await bundle.read(MANIFEST)
  if (bytes === undefined) return { manifest: null, problems: [`${MANIFEST} is missing: this is no bundle`] }
  const parsed = BundleManifestContract.parse(parseJson(bytes))
  if (!parsed.ok)
    return { manifest: null, problems: parsed.problems.map((problem) => `${MANIFEST}: ${problem}`) }
  const manifest = parsed.value
  const problems: string[] = []
  const named = new Set(manifest.files.map((file) => file.path))
  for (const path of await bundle.list()) {
    if (path !== MANIFEST && !named.has(path)) problems.push(`${path} is not in the manifest`)
  }
  for (const file of manifest.files) {
    const content = await bundle.read(file.path)
    if (content === undefined) problems.push(`${file.path} is missing`)
    else if (digestOf(content) !== file.sha256)
      problems.push(`${file.path} was altered: its digest is not the manifest's`)
  }
  return { manifest, problems }
}

/** undefined for what is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
