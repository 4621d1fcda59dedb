// Owns finding the pull request template of a repository (R165), in the places where GitHub looks.
import type { Sha } from '../contracts/base.ts'
import type { ForgeReader } from '../ports/forge.ts'

/** In GitHub's order; the names are compared without case. Source: docs.github.com, "Creating a pull request template". */
const PLACES = ['.github/', '', 'docs/'].flatMap((folder) =>
  ['md', 'txt'].map((ending) => `${folder}pull_request_template.${ending}`),
)

/** undefined: none. A folder of several templates has no default, so none is taken. */
export async function findTemplate(reader: ForgeReader, at: Sha): Promise<string | undefined> {
  const { files } = await reader.snapshot(at)
  for (const place of PLACES) {
    const found = files.find((file) => file.path.toLowerCase() === place)
    if (found !== undefined) return reader.readFile(found.path, at)
  }
  return undefined
}
