// Owns the file commands: what a step wrote to GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STATE and the summary.
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const FILES = {
  GITHUB_OUTPUT: 'set_output',
  GITHUB_ENV: 'set_env',
  GITHUB_PATH: 'add_path',
  GITHUB_STATE: 'save_state',
  GITHUB_STEP_SUMMARY: 'step_summary',
} as const

export type FileCommand = keyof typeof FILES

/** Where the step writes. */
export type CommandFiles = Readonly<Record<FileCommand, string>>

/** Fresh empty files for one step. */
export async function makeCommandFiles(temp: string): Promise<CommandFiles> {
  const folder = join(temp, '_runner_file_commands')
  await mkdir(folder, { recursive: true })
  const id = randomUUID()
  const entries = Object.entries(FILES).map(([name, file]) => [name, join(folder, `${file}_${id}`)] as const)
  await Promise.all(entries.map(([, path]) => writeFile(path, '')))
  return Object.fromEntries(entries) as CommandFiles
}

export interface Written {
  readonly output: ReadonlyMap<string, string>
  readonly env: ReadonlyMap<string, string>
  readonly paths: readonly string[]
  readonly state: ReadonlyMap<string, string>
  readonly summary: string
  /** what was wrong; each fails the step unless it is only a refusal */
  readonly errors: readonly string[]
  readonly refusals: readonly string[]
}

/** Source: docs.github.com, "Workflow commands", Adding a job summary: 1 MiB a step. */
const SUMMARY_BYTES = 1024 * 1024

/** Reads and removes the files. */
export async function readCommandFiles(files: CommandFiles): Promise<Written> {
  const errors: string[] = []
  const refusals: string[] = []
  const pairs = async (name: FileCommand, command: string) => {
    const read = parsePairs(await textOf(files[name]))
    if (read.error !== undefined) {
      errors.push(`Unable to process file command '${command}' successfully.`, read.error)
    }
    return read.pairs
  }
  const output = await pairs('GITHUB_OUTPUT', 'output')
  const env = await pairs('GITHUB_ENV', 'env')
  const state = await pairs('GITHUB_STATE', 'state')
  if (env.delete('NODE_OPTIONS')) {
    refusals.push("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.")
  }
  const paths = (await textOf(files.GITHUB_PATH)).split(/\r?\n/).filter((path) => path !== '')
  let summary = await textOf(files.GITHUB_STEP_SUMMARY)
  if (Buffer.byteLength(summary) > SUMMARY_BYTES) {
    const size = Math.ceil(Buffer.byteLength(summary) / 1024)
    refusals.push(
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${size}k.`,
    )
    summary = ''
  }
  await Promise.all(Object.values(files).map((path) => rm(path, { force: true })))
  return { output, env, paths, state, summary, errors, refusals }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    // The step may remove the file; GitHub takes that for nothing written.
    return ''
  }
}

/** `name=value`, or `name<<END`, lines, `END`. Source: docs.github.com, "Workflow commands", multiline strings. */
export function parsePairs(text: string): { pairs: Map<string, string>; error: string | undefined } {
  const pairs = new Map<string, string>()
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) return { pairs, error: `Invalid format '${line}'. Name must not be empty` }
      pairs.set(line.slice(0, equals), line.slice(equals + 1))
    } else if (heredoc >= 0) {
      const name = line.slice(0, heredoc)
      const delimiter = line.slice(heredoc + 2)
      if (name === '' || delimiter === '') {
        return {
          pairs,
          error: `Invalid format '${line}'. Name must not be empty and delimiter must not be empty`,
        }
      }
      const end = lines.indexOf(delimiter, at + 1)
      if (end < 0) return { pairs, error: `Invalid value. Matching delimiter not found '${delimiter}'` }
      pairs.set(name, lines.slice(at + 1, end).join('\n'))
      at = end
    } else return { pairs, error: `Invalid format '${line}'` }
  }
  return { pairs, error: undefined }
}
