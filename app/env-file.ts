// Owns writing `.env`: credentials that only the owner of the file can read.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/**
 * Sets these variables and keeps every other line. The file is replaced as a whole: a killed process leaves the old
 * one or the new one. Values must hold neither `"` nor a backslash; a line break becomes `\n`.
 */
export function writeEnvFile(file: string, values: Readonly<Record<string, string>>): void {
  const old = existsSync(file) ? readFileSync(file, 'utf8').replace(/\n$/, '').split('\n') : []
  const names = Object.keys(values)
  const kept = old.filter((line) => !names.some((name) => line.trimStart().startsWith(`${name}=`)))
  const added = Object.entries(values).map(([name, value]) => {
    if (/["\\]/.test(value)) throw new RangeError(`${name} holds a quote or a backslash`)
    return `${name}="${value.replaceAll('\n', String.raw`\n`)}"`
  })
  const fresh = `${file}.new`
  // Threat: a secret that everybody on the machine can read
  writeFileSync(fresh, `${[...kept, ...added].join('\n')}\n`, { mode: 0o600 })
  renameSync(fresh, file)
}
