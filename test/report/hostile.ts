// Owns hostile texts for reports, and the judgement that Markdown made of them does nothing.
import { expect } from 'vitest'
import type { Verdict } from '../../src/contracts/verdict.ts'
import { verdict } from './samples.ts'

export const NASTY = 'fixes #7 @ana </details> | `x` https://x.y\n\n# no'

/** Many verdicts with many findings, each text as hostile as it can be. */
export function flood(children: number, findings: number): Verdict {
  return verdict({
    name: 'quality',
    status: 'fail',
    reason: NASTY,
    children: Array.from({ length: children }, (_, at) =>
      verdict({
        name: `gate ${at} ${NASTY}`,
        status: 'fail',
        reason: NASTY,
        value: NASTY,
        needs: NASTY,
        findings: Array.from({ length: findings }, (_, line) => ({
          rule: NASTY,
          severity: 'error',
          message: `${line} ${NASTY.repeat(10)}`,
          location: { path: 'a|b`c.ts', line: line + 1 },
          fix: NASTY,
        })),
      }),
    ),
  })
}

/** Nothing that pings, links, closes or opens outside of code; `own` are the references that are ours. */
export function expectHarmless(markdown: string, own: RegExp = /(?!)/): void {
  const plain = markdown.replaceAll(/`[^`\n]*`/g, '').replace(own, '')
  expect(plain).not.toMatch(/@(?!&#8203;)|(?<!&)#\d|:\/\//)
  expect(plain.replaceAll(/<\/?(details|summary)>/g, '')).not.toMatch(/<[a-z/!]/i)
  expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length)
}
