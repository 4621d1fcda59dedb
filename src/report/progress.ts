// Owns the lines that a person sees while a run goes on: one header, one line a phase.
import type { Phase, RiskTier } from '../contracts/base.ts'
import type { RunReport } from '../contracts/summary.ts'
import { seconds } from './figures.ts'
import { paintWith } from './paint.ts'
import { cleanLine, cut, displayWidth, padEnd, wrap } from './plain.ts'
import type { TerminalOptions } from './table.ts'
import { widthOf } from './table.ts'

export type PhaseState = RunReport['phases'][number]['status'] | 'running'

interface Look {
  mark: string
  style: 'green' | 'yellow' | 'red' | 'gray'
}

export const PHASE_LOOKS: Readonly<Record<PhaseState, Look>> = {
  passed: { mark: '✓', style: 'green' },
  returned: { mark: '!', style: 'yellow' },
  stopped: { mark: '✗', style: 'red' },
  waiting: { mark: '…', style: 'yellow' },
  running: { mark: '…', style: 'gray' },
}

/** `autopilot  minimist#1  Title of the issue   tier 2`. `subject` is the project, with its issue if there is one. */
export function renderHeader(
  task: { subject: string; title: string; tier: RiskTier | null },
  options: TerminalOptions = {},
): string {
  const paint = paintWith(options.colour ?? false)
  const start = `${paint('bold', 'autopilot')}  ${cut(cleanLine(task.subject), 30)}  `
  const end = task.tier === null ? '' : `  tier ${task.tier}`
  const used = displayWidth('autopilot  ') + displayWidth(cut(cleanLine(task.subject), 30)) + 2 + end.length
  return `${start}${cut(cleanLine(task.title), widthOf(options) - used)}${end}`
}

/** `  ! not committed, so no part of this run: notes.txt`: what a person should know before the work. */
export function renderNote(text: string, options: TerminalOptions = {}): string {
  const paint = paintWith(options.colour ?? false)
  return wrap(cleanLine(text), widthOf(options) - 4)
    .map((line, at) => `  ${at === 0 ? paint('yellow', '!') : ' '} ${line}`)
    .join('\n')
}

const LONGEST_PHASE = 'STRATEGIZE'.length

/** `  ✓ SPEC         note                  0.05 s`; without `ms` while the phase runs. One line, cut to the width. */
export function renderPhaseLine(
  line: { phase: Phase; state: PhaseState; note: string; ms?: number; visit?: number },
  options: TerminalOptions = {},
): string {
  const { mark, style } = PHASE_LOOKS[line.state]
  const paint = paintWith(options.colour ?? false)
  const time = line.ms === undefined ? '' : seconds(line.ms)
  const name = padEnd(line.phase, LONGEST_PHASE + 3)
  const again = line.visit !== undefined && line.visit > 1 ? `visit ${line.visit}: ` : ''
  const room = widthOf(options) - 4 - displayWidth(name) - (time === '' ? 0 : time.length + 2)
  const note = cut(`${again}${cleanLine(line.note)}`, room)
  const text = time === '' ? note : `${padEnd(note, room)}  ${time}`
  return `  ${paint(style, mark)} ${name}${text}`.trimEnd()
}
