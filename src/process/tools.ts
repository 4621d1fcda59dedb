// Owns the tool router: which tool a phase's persona may use, and the refusal for everything else (R67).
import type { Phase } from '../contracts/base.ts'
import { PHASES, READ_ONLY_TOOLS } from './phases.ts'
import type { ToolName } from './phases.ts'
import type { ProcessViolation } from './violation.ts'

export type Routed = { allowed: true; tool: ToolName } | { allowed: false; refusal: ProcessViolation }

/** `contextComplete` false (intent, spec or plan are missing): only tools that read are given. */
export function routeTool(x: {
  phase: Phase
  persona: string
  tool: string
  contextComplete: boolean
}): Routed {
  const row = PHASES[x.phase]
  const refuse = (message: string, fix: string): Routed => ({
    allowed: false,
    refusal: { code: 'tool_refused', message, phase: x.phase, fix },
  })
  if (x.persona !== row.persona) {
    return refuse(`${x.phase} is run by ${row.persona}, not by ${x.persona}`, `ask as ${row.persona}`)
  }
  const tool = row.tools.find((one) => one === x.tool)
  if (tool === undefined) {
    return refuse(`${x.tool} is not a tool of ${x.phase}`, `use one of ${row.tools.join(', ')}`)
  }
  if (!x.contextComplete && !READ_ONLY_TOOLS.includes(tool)) {
    return refuse(
      `${x.tool} needs the whole context, and a part of it is missing`,
      'read only until intent, spec and plan are there',
    )
  }
  return { allowed: true, tool }
}
