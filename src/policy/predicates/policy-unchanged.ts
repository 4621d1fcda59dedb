// Owns the rule that a change never touches what decides about it: policy, settings, workflows, owners, instructions.
import { z } from 'zod'
import { listed, pathFindings, predicate, UNLISTED } from '../rule.ts'

/** What GitHub, Autopilot and the agents in use read as rules or instructions. Matched in either case. */
export const DECIDING_PATHS: readonly string[] = [
  '.github/autopilot*',
  '.github/autopilot*/**',
  '.autopilot/',
  '.github/workflows/',
  '.github/actions/',
  '**/CODEOWNERS',
  '**/CLAUDE.md',
  '**/CLAUDE.local.md',
  '**/AGENTS.md',
  '**/AGENTS.override.md',
  '**/GEMINI.md',
  '**/.cursorrules',
  '**/.cursor/**',
  '**/.claude/**',
  '**/.codex/**',
  '**/.gemini/**',
  '**/.windsurfrules',
  '**/.windsurf/**',
  '**/.clinerules',
  '**/.clinerules/**',
  '**/.mcp.json',
  '.github/copilot-instructions.md',
  '.github/instructions/',
  '.github/prompts/',
]

/** Threat: who may change the rules together with the code may do anything. So no file can switch this rule off. */
export const policyUnchanged = predicate({
  id: 'policy-unchanged',
  text: 'Touches no policy, settings, workflow, CODEOWNERS or agent instruction.',
  with: z.strictObject({}),
  always: {},
  check({ facts, touched }) {
    if (!facts.files_complete) return UNLISTED
    const hit = touched(DECIDING_PATHS)
    const figures = { value: `${hit.length} touched`, needs: '0' }
    if (hit.length === 0) return { status: 'pass', reason: 'the rules are not touched', ...figures }
    return {
      status: 'fail',
      reason: `it changes what decides about it: ${listed(hit)}; a person merges this`,
      ...figures,
      findings: pathFindings(
        'protected-path',
        hit,
        (path) => `${path} decides what may be merged, or tells agents what to do`,
        'a person must make this part of the change',
      ),
    }
  },
})
