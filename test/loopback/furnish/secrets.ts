// Owns what an administrator gives a repository's workflows on the settings page: secrets and variables.
import type { Repository } from '../world/repository.ts'

/** Source: docs.github.com, "Secrets reference" and "Variables reference", naming and size. */
const NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i
const MOST_BYTES = 48 * 1024

function setting(name: string, value: string): readonly [string, string] {
  if (!NAME.test(name)) {
    throw new Error(
      `"${name}" is no name for it: letters, digits and _, no digit first, no GITHUB_ before it`,
    )
  }
  if (Buffer.byteLength(value) > MOST_BYTES) throw new Error(`${name} is larger than 48 KB`)
  return [name.toUpperCase(), value]
}

export function setSecret(repository: Repository, name: string, value: string): void {
  repository.secrets.set(...setting(name, value))
}

export function setVariable(repository: Repository, name: string, value: string): void {
  repository.variables.set(...setting(name, value))
}
