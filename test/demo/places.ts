// Owns looking at the files and folders that the options of `npm run demo` name, before anything begins.
import { readdir, readFile, stat } from 'node:fs/promises'
import { Refusal } from '../../src/cli/exit-codes.ts'
import { checkWritable } from '../../src/cli/json-file.ts'
import type { DemoOptions } from './options.ts'

/** One sentence for each that cannot be used, with what to do; none when the demo can begin. */
export async function problemsOfPlaces(
  options: Pick<DemoOptions, 'repo' | 'issue' | 'json' | 'into'>,
): Promise<string[]> {
  const { repo, issue, json, into } = options
  const found: string[] = []
  if (repo !== undefined && !(await isFolder(repo)))
    found.push(`--repo ${repo}: there is no such folder; name the one that holds package.json.`)
  if (issue !== undefined && !(await canRead(issue)))
    found.push(
      `--issue ${issue}: no such file can be read; name a Markdown file whose first line is the title.`,
    )
  if (json !== undefined) found.push(...(await problemsOfJson(json)))
  if (into !== undefined && !(await isOfDemos(into)))
    found.push(
      `--into ${into}: it would be emptied, and holds what no demo made; name a new or an empty folder.`,
    )
  return found
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function canRead(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  )
}

/** As of the command, which takes the option too. */
async function problemsOfJson(path: string): Promise<string[]> {
  try {
    await checkWritable(path)
    return []
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [`--json ${error.message}`]
  }
}

/** Threat: a person who names a folder of theirs would lose it. Demos are numbered folders. */
async function isOfDemos(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).every((name) => /^\d+$/.test(name))
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}
