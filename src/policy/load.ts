// Owns reading a policy file: YAML text → Policy, or every problem with its line and column.
import { Policy } from '../contracts/policy.ts'
import { parseStrictYaml } from '../contracts/strict-yaml.ts'
import type { YamlResult } from '../contracts/strict-yaml.ts'

export function parsePolicy(text: string, file: string): YamlResult<Policy> {
  return parseStrictYaml(Policy, text, file, 'key of a policy')
}
