// Owns fetching the bundle of a run in Actions: the artifact of one attempt, found, downloaded below a cap, unzipped.
import { readZip } from '../adapters/bundle/bundle-zip.ts'
import { artifactName } from '../contracts/bundle.ts'
import type { BundleReader, Problem } from '../ports.ts'
import type { Runs } from '../ports/forge.ts'

/** Threat: a bundle made to fill the disk. Zipped bytes; what it may unpack to is the reader's own cap. */
export const MOST_ZIP_BYTES = 50 * 1024 * 1024

/** `missing`: the run left none of that name. `gone`: it was there when it was listed. */
export type FetchedBundle =
  | { result: 'ok'; bundle: BundleReader }
  | { result: 'missing' | 'expired' | 'gone' | 'too_large' }
  | { result: 'unreadable'; problem: Problem }

/** Throws ForgeError. */
export async function fetchBundle(
  runs: Pick<Runs, 'artifacts' | 'download'>,
  x: { task: string; attempt: number; run: number },
): Promise<FetchedBundle> {
  const wanted = artifactName(x.task, x.attempt)
  const artifact = (await runs.artifacts(x.run)).find((one) => one.name === wanted)
  if (artifact === undefined) return { result: 'missing' }
  if (artifact.expired) return { result: 'expired' }
  const zip = await runs.download(artifact.id, MOST_ZIP_BYTES)
  if (zip.result !== 'ok') return { result: zip.result === 'gone' ? 'gone' : 'too_large' }
  const read = await readZip(zip.bytes)
  return read.ok ? { result: 'ok', bundle: read.bundle } : { result: 'unreadable', problem: read.problem }
}
