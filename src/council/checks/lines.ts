// Owns the checks of a change session that read added lines: what a reviewer would stop at.
import { categoryOf } from '../../contracts/paths.ts'
import { changedLines } from '../../contracts/triggers.ts'
import type { DiffLine } from '../../contracts/triggers.ts'
import type { ChangeSubject } from '../subjects.ts'
import { found } from './answer.ts'
import type { CheckFinding } from './answer.ts'
import type { ChangeCheck } from './change.ts'

/** Longer lines of source are generated or minified: nobody can review them. UTF-16 code units. */
const LONGEST_SOURCE_LINE = 400
/** Bidi and zero-width characters make code read differently than it runs; emoji selectors (FE0E, FE0F) do not. */
const DECEPTIVE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u
/** Code made from text at run time, or a new process. */
const DYNAMIC =
  /\beval\s*\(|\bnew\s+Function\s*\(|\bvm\.run|\b(require\(|from\s+)['"](node:)?(child_process|vm)['"]/
/** A repeated group that itself repeats: time grows exponentially with hostile input. */
const NESTED_REPEAT = /\((?:[^()\\]|\\.)*[+*]\)(?:[+*]|\{\d+,\d*\})/
const FOCUSED =
  /\b(describe|it|test|suite|context)\.(only|skip|todo)\b|\b(xit|xdescribe|fdescribe|fit)\s*\(|\b(this\.skip|t\.skip)\s*\(|@pytest\.mark\.skip|\bt\.Skip\(/
const LEFTOVER = /^(<{7} |={7}$|>{7} )|^\s*debugger\b|\bbinding\.pry\b|\bimport pdb\b/

export const LINE_CHECKS: ReadonlyMap<string, ChangeCheck> = new Map<string, ChangeCheck>([
  [
    'no-focused-tests',
    (subject) =>
      seen(
        subject,
        (line, category) => category === 'tests' && FOCUSED.test(line.text),
        'skips or singles out tests',
        'Let every test run.',
      ),
  ],
  [
    'no-deceptive-characters',
    (subject) =>
      seen(
        subject,
        (line) => DECEPTIVE.test(line.text),
        'holds characters that nobody sees',
        'Write them as escapes.',
      ),
  ],
  [
    'no-dynamic-code',
    (subject) =>
      seen(
        subject,
        (line, category) => category !== 'tests' && category !== 'docs' && DYNAMIC.test(line.text),
        'makes code from text or starts a process',
        'Do it without, or ask for it in the issue.',
      ),
  ],
  [
    'no-nested-repeat',
    (subject) =>
      seen(
        subject,
        (line, category) =>
          category !== 'tests' &&
          category !== 'docs' &&
          isRegexLine(line.text) &&
          NESTED_REPEAT.test(line.text),
        'repeats a repeated group',
        'Write the expression so that each character is read once.',
      ),
  ],
  [
    'no-leftovers',
    (subject) => seen(subject, (line) => LEFTOVER.test(line.text), 'is a leftover of editing', 'Remove it.'),
  ],
  [
    'lines-readable',
    (subject) =>
      seen(
        subject,
        (line, category) => category !== 'docs' && line.text.length > LONGEST_SOURCE_LINE,
        `is longer than ${LONGEST_SOURCE_LINE} characters`,
        'Break it, or leave generated code out.',
      ),
  ],
])

function seen(
  { diff }: ChangeSubject,
  wrong: (line: DiffLine, category: string) => boolean,
  what: string,
  fix: string,
): readonly CheckFinding[] {
  return changedLines(diff)
    .added.filter((line) => wrong(line, categoryOf(line.path)))
    .slice(0, 20)
    .map((line) =>
      found({
        message: `${line.path}:${line.line} ${what}: "${quote(line.text)}"`,
        fix,
        path: line.path,
        line: line.line,
      }),
    )
}

/** The evidence itself, with what nobody sees written out. */
function quote(text: string): string {
  const short = text.trim().slice(0, 80)
  return short.replaceAll(
    new RegExp(DECEPTIVE.source, 'gu'),
    (c) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
}

function isRegexLine(text: string): boolean {
  return /(^|[\s=(,:[!&|?])\/[^/*\s]|RegExp\(/.test(text)
}
