// Owns handing the rules of one push to the update hook; without them the hook refuses workflow files.

export interface DeniedRef {
  /** A full ref name; `*` is one part of a name, `**` any number. */
  pattern: string
  /** What GitHub would say in the second line, below GH006. */
  reason: string
  kind: 'no_push' | 'no_force' | 'no_delete'
}

export interface PushRules {
  mayPushWorkflows: boolean
  deniedRefs: readonly DeniedRef[]
}

/** Lies beside this file, so that every repository runs the same one. */
export const HOOKS_FOLDER = `${import.meta.dirname}/hooks`

export function hookEnvironment({ mayPushWorkflows, deniedRefs }: PushRules): Record<string, string> {
  const lines = deniedRefs.map(({ kind, pattern, reason }) => {
    return [kind, expressionOf(pattern), reason.replaceAll(/\s+/g, ' ')].join('\t')
  })
  return {
    LOOPBACK_REF_RULES: lines.join('\n'),
    LOOPBACK_MAY_PUSH_WORKFLOWS: mayPushWorkflows ? 'yes' : 'no',
  }
}

/** A POSIX extended regular expression, since the shell's own `*` would also match a slash. */
export function expressionOf(pattern: string): string {
  const parts = pattern.split(/(\*\*|\*|\?)/).map((part) => {
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : part.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  })
  return `^${parts.join('')}$`
}
