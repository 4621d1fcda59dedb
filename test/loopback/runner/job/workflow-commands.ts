// Owns the commands that a step prints: annotations, groups, masks, and those that GitHub no longer takes.
import type { Annotation } from '../host.ts'

/** What a line of output comes to. */
export type Printed =
  | { readonly kind: 'text'; readonly line: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'mask'; readonly value: string }
  | { readonly kind: 'annotation'; readonly line: string; readonly annotation: Annotation }
  /** fails the step */
  | { readonly kind: 'refused'; readonly message: string }

export interface CommandReader {
  read(line: string): Printed
}

const LEVELS = { error: 'failure', warning: 'warning', notice: 'notice' } as const
const REPLACED: Readonly<Record<string, string>> = {
  'set-env': 'GITHUB_ENV',
  'add-path': 'GITHUB_PATH',
  'set-output': 'GITHUB_OUTPUT',
  'save-state': 'GITHUB_STATE',
}
const SILENT = ['debug', 'add-matcher', 'remove-matcher', 'echo', 'internal-set-repo-path']

/** One for a step: `::stop-commands::` holds until its end token, at most to the end of the step. */
export function makeCommandReader(): CommandReader {
  let resume: string | undefined
  return {
    read: (line) => {
      const command = parseCommand(line)
      if (resume !== undefined) {
        if (command?.name === resume) {
          resume = undefined
          return { kind: 'nothing' }
        }
        return { kind: 'text', line }
      }
      if (command === undefined) return { kind: 'text', line }
      if (command.name === 'stop-commands') {
        resume = command.message
        return { kind: 'nothing' }
      }
      return effectOf(command, line)
    },
  }
}

function effectOf(command: Command, line: string): Printed {
  const { name, message } = command
  if (name === 'add-mask') return { kind: 'mask', value: message }
  if (name === 'group') return { kind: 'text', line: `##[group]${message}` }
  if (name === 'endgroup') return { kind: 'text', line: '##[endgroup]' }
  if (SILENT.includes(name)) return { kind: 'nothing' }
  const file = REPLACED[name]
  if (file !== undefined) {
    return { kind: 'refused', message: `The \`${name}\` command is disabled. Write to $${file} instead.` }
  }
  if (name !== 'error' && name !== 'warning' && name !== 'notice') return { kind: 'text', line }
  return { kind: 'annotation', line: `##[${name}]${message}`, annotation: annotationOf(command, name) }
}

function annotationOf(command: Command, name: keyof typeof LEVELS): Annotation {
  const number = (key: string) => {
    const value = Number.parseInt(command.properties.get(key) ?? '', 10)
    return Number.isNaN(value) ? null : value
  }
  const startLine = number('line') ?? 1
  const startColumn = number('col')
  return {
    level: LEVELS[name],
    message: command.message,
    title: command.properties.get('title') ?? null,
    path: command.properties.get('file') ?? '.github',
    startLine,
    endLine: number('endline') ?? startLine,
    startColumn,
    endColumn: number('endcolumn') ?? startColumn,
  }
}

interface Command {
  readonly name: string
  readonly properties: ReadonlyMap<string, string>
  readonly message: string
}

/** `::name key=value,key=value::message`. Source: docs.github.com, "Workflow commands". */
function parseCommand(line: string): Command | undefined {
  const match = /^\s*::([^\s:]+)(?: ([^]*?))?::([^]*)$/.exec(line)
  if (match === null) return undefined
  const properties = new Map<string, string>()
  for (const pair of (match[2] ?? '').split(',')) {
    const equals = pair.indexOf('=')
    if (equals > 0)
      properties.set(pair.slice(0, equals).trim().toLowerCase(), unescapeProperty(pair.slice(equals + 1)))
  }
  return { name: (match[1] ?? '').toLowerCase(), properties, message: unescapeData(match[3] ?? '') }
}

const unescapeData = (text: string) =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
const unescapeProperty = (text: string) => unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','))
