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

/** Ids are what people look up, so each is there once; said beside whatever else is wrong with the rules. */
const Rules = z
  .array(Rule)
  .min(1)
  .superRefine(
    (rules, context) => {
      const ids = rules.map((rule: { id?: string } | undefined) => rule?.id)
      for (const [at, id] of ids.entries()) {
        if (id === undefined || ids.indexOf(id) === at) continue
        context.addIssue({ code: 'custom', path: [at, 'id'], message: 'is the id of another rule' })
      }
    },
    { when: ({ value }) => Array.isArray(value) },
  )

const Whole = Policy.extend({ merge: MergePolicy.extend({ rules: Rules }) })

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
  const text = canonicalJson({ ...base.value, ...read.value })
  // what a run is given must be what was decided with, so it is read from the very same text
  const whole = parsePolicy(text, own.file ?? POLICY_FILE)
  return whole.ok ? { ok: true, value: { policy: whole.value, text, digest: digestOf(text) } } : whole
}
