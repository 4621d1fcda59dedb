// Owns reading a constitution: YAML text → rules whose checks exist, or every problem with its line and column.
import { Constitution } from '../contracts/council.ts'
import { parseStrictYaml } from '../contracts/strict-yaml.ts'
import type { YamlResult } from '../contracts/strict-yaml.ts'
import { CHANGE_CHECKS, PLAN_CHECKS } from './checks.ts'

const Checked = Constitution.superRefine((constitution, context) => {
  const seen = new Set<string>()
  constitution.rules.forEach((rule, i) => {
    const known = rule.session === 'plan' ? PLAN_CHECKS : CHANGE_CHECKS
    if (!known.has(rule.check)) {
      context.addIssue({
        code: 'custom',
        path: ['rules', i, 'check'],
        message: `names "${rule.check}", which is no check of a ${rule.session} session`,
      })
    }
    if (seen.has(rule.id)) {
      context.addIssue({ code: 'custom', path: ['rules', i, 'id'], message: `"${rule.id}" stands twice` })
    }
    seen.add(rule.id)
  })
})

export function parseConstitution(text: string, file: string): YamlResult<Constitution> {
  return parseStrictYaml(Checked, text, file, 'key of a rule')
}
