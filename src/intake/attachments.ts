// Owns finding the patches that people put into an issue or a reply, and the prose that is left without them.
import { readBlocks } from './blocks.ts'
import type { Line } from './blocks.ts'
import type { TaskRequest } from '../contracts/task.ts'
import { splitPlaces } from './place.ts'

export interface Attachments {
  /** Unified diffs in the order in which they stand; each ends with a newline. */
  texts: readonly string[]
  /** All of them joined, or null when there is none. */
  patch: string | null
  /** The body without them. */
  prose: string
  /** Blocks marked as a diff that name no file: drawings of a change, which nothing can apply. They stay in the prose. */
  sketches: number
}

const DIFF_INFO = new Set(['diff', 'patch', 'udiff'])
const EXTENDED_HEADER =
  /^(index [0-9a-f]+\.\.|(old|new) mode |(new|deleted) file mode |(dis)?similarity index |(rename|copy) (from|to) |Binary files |GIT binary patch)/

export function findPatches(body: string): Attachments {
  const { lines } = readBlocks(body)
  const texts: string[] = []
  const prose: string[] = []
  let sketches = 0
  for (let i = 0; i < lines.length;) {
    const line = lines[i]
    if (line === undefined) break
    if (line.block > 0) {
      const block = lines.slice(i).filter((l) => l.block === line.block)
      i += block.length
      const code = codeOf(block)
      if (namesFiles(code)) texts.push(code)
      else {
        if (DIFF_INFO.has(line.info) && code.trim() !== '') sketches++
        prose.push(...block.map((l) => l.text))
      }
      continue
    }
    const length = line.text.startsWith('diff --git ') ? rawDiffLength(lines.slice(i).map((l) => l.text)) : 0
    if (length > 0) {
      texts.push(
        `${lines
          .slice(i, i + length)
          .map((l) => l.text)
          .join('\n')}\n`,
      )
      i += length
    } else {
      prose.push(line.text)
      i++
    }
  }
  return {
    texts,
    patch: texts.length === 0 ? null : texts.join(''),
    prose: prose.join('\n').trim(),
    sketches,
  }
}

/** What is asked of the next run, in the words that nobody has answered yet. */
export interface Asked {
  /** Of the issue; '' when the issue is done and only replies are left. */
  title: string
  /** The issue and the replies without their patches. */
  prose: string
  /** The newest one: who brings another, takes the earlier one back. Patches of one text belong together. */
  patch: string | null
  /** Of the newest text. */
  sketches: number
}

export function findAsked(
  request: Pick<TaskRequest, 'title' | 'description' | 'conversation' | 'answered'>,
): Asked {
  const turns = request.conversation.slice(request.answered ?? 0).map((turn) => findPatches(turn.text))
  const texts = request.answered === undefined ? [findPatches(request.description), ...turns] : turns
  return {
    title: request.answered === undefined ? request.title : '',
    prose: texts
      .flatMap(({ prose }) => splitPlaces(prose).map(({ rest }) => rest.trim()))
      .filter((prose) => prose !== '')
      .join('\n\n'),
    patch: texts.findLast((one) => one.patch !== null)?.patch ?? null,
    sketches: texts.at(-1)?.sketches ?? 0,
  }
}

function codeOf(block: readonly Line[]): string {
  const code = block.filter((line) => line.kind === 'code').map((line) => cut(line.text, line.indent))
  return code.length === 0 ? '' : `${code.join('\n')}\n`
}

/** A fence's indentation is taken off each line, as far as the line has it. */
function cut(text: string, indent: number): string {
  const own = text.length - text.trimStart().length
  return text.slice(Math.min(indent, own))
}

function namesFiles(code: string): boolean {
  return /^diff --git \S/m.test(code) || /^--- \S.*\n\+\+\+ \S.*\n@@ -\d/m.test(code)
}

/** Lines from `diff --git` to the end of its last hunk, counted by the hunk headers; 0 when nothing follows the first line. */
function rawDiffLength(lines: readonly string[]): number {
  let end = 1
  let [oldLeft, newLeft] = [0, 0]
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? ''
    if (oldLeft > 0 || newLeft > 0) {
      if (line.startsWith('+')) newLeft--
      else if (line.startsWith('-')) oldLeft--
      else if (line === '' || line.startsWith(' ')) {
        oldLeft--
        newLeft--
      } else if (!line.startsWith('\\')) break
      end = i + 1
      continue
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line)
    if (hunk !== null) {
      oldLeft = Number(hunk[1] ?? 1)
      newLeft = Number(hunk[2] ?? 1)
    } else if (!/^(diff --git |--- |\+\+\+ |\\ No newline)/.test(line) && !EXTENDED_HEADER.test(line)) break
    end = i + 1
  }
  return end > 1 ? end : 0
}
