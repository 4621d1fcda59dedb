// Owns reading policy files: YAML text → Policy, or every problem with its line and column.
import { z } from 'zod'
import { canonicalJson, digestOf } from '../contracts/canonical.ts'
import type { Digest } from '../contracts/canonical.ts'
import { MergePolicy, MergeRule, Policy } from '../contracts/policy.ts'
import { parseStrictYaml } from '../contracts/strict-yaml.ts'
import type { YamlResult } from '../contracts/strict-yaml.ts'
import { PREDICATES } from './registry.ts'
import type { Predicate } from './rule.ts'

export const POLICY_FILE = '.github/autopilot/policy.yml'

const NOUN = 'key of a policy'

/** A rule with the options of the predicate that it uses. */
function ruleUsing({ id, with: options }: Predicate) {
  return MergeRule.extend({
    use: z.literal(id),
    with: options.safeParse({}).success ? options.optional() : options,
  })
}

const [first, ...others] = PREDICATES
const Rule = z.discriminatedUnion('use', [ruleUsing(first), ...others.map(ruleUsing)])

const Merge = MergePolicy.extend({ rules: z.array(Rule).min(1) }).superRefine(({ rules }, context) => {
  for (const [at, { id }] of rules.entries()) {
    if (rules.findIndex((other) => other.id === id) === at) continue
    context.addIssue({ code: 'custom', path: ['rules', at, 'id'], message: `is the id of another rule` })
  }
})

const Whole = Policy.extend({ merge: Merge })

/** What a repository says: whole keys in place of the defaults' ones. Threat: a file that says nothing is a slip. */
const Overlay = Whole.partial()
  .required({ schema: true })
  .refine((file) => Object.keys(file).length > 1, {
    error: 'names nothing but "schema"; name what differs from the default policy, or remove it',
  })

/** A whole policy, such as policies/default.yml or the text of an effective one. */
export function parsePolicy(text: string, file: string): YamlResult<Policy> {
  return parseStrictYaml(Whole as z.ZodType<Policy>, text, file, NOUN)
}

export interface EffectivePolicy {
  policy: Policy
  /** A whole policy again, which parsePolicy takes: what a run gets, and what `digest` is of. */
  text: string
  digest: Digest
}

/**
 * The policy of a repository: what its own file (null: it has none) does not name comes from `defaults`, key by key,
 * lists and mappings as a whole. Problems have the place in the repository's file.
 */
export function loadPolicy(
  defaults: string,
  own: { text: string; file?: string } | null,
): YamlResult<EffectivePolicy> {
  const base = parsePolicy(defaults, 'policies/default.yml')
  if (!base.ok) return base
  if (own === null) {
    return { ok: true, value: { policy: base.value, text: defaults, digest: digestOf(defaults) } }
  }
  const read = parseStrictYaml(Overlay as z.ZodType<Partial<Policy>>, own.text, own.file ?? POLICY_FILE, NOUN)
  if (!read.ok) return read
  const policy: Policy = { ...base.value, ...read.value }
  const text = canonicalJson(policy)
  return { ok: true, value: { policy, text, digest: digestOf(text) } }
}
