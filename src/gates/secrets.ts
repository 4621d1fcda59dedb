// Owns the secrets gate: no credential enters the repository with a change.
import { type Content, contentBytes, contentOf } from '../contracts/change-set.ts'
import type { Finding } from '../contracts/verdict.ts'
import type { Gate, GateContext } from '../ports.ts'
import { count, EMPTY_CHANGE, gateResult } from './result.ts'
import { MAX_SCANNED, secretsIn, type Secret } from './secret-scan.ts'

/**
 * Measured: `secrets`, credentials in after-images that no before-image of the change holds (threshold 0), and
 * `unscanned`, files over 1 MiB. A finding never repeats the credential.
 */
export const secretsGate: Gate = {
  id: 'secrets',
  title: 'secrets',
  needs: [],
  cost: 1,
  safety: true,
  weight: 0,
  budget: () => 60_000,
  applies: (context) => {
    if (context.changes.files.length === 0) return { applies: false, because: EMPTY_CHANGE }
    return context.changes.files.some((file) => file.after !== null)
      ? { applies: true }
      : { applies: false, because: 'the change only deletes' }
  },
  run: async (context) => {
    const found: Secret[] = []
    const findings: Finding[] = []
    for (const file of context.changes.files) {
      if (file.after === null) continue
      const text = textOf(file.after.content)
      if (text.length > MAX_SCANNED) findings.push(tooLarge(file.path, text.length))
      else found.push(...(await secretsIn(file.path, text)))
    }
    // A secret that stood there before, or only moved, is an old wound: named elsewhere, not held against this change.
    const old = found.length === 0 ? new Set<string>() : await knownBefore(context)
    const fresh = found.filter((secret) => !old.has(secret.digest))
    const unscanned = findings.length
    findings.push(...fresh.map(findingOf))
    const scanned = context.changes.files.filter((file) => file.after !== null).length - unscanned
    return gateResult('secrets', context, {
      status: fresh.length > 0 ? 'fail' : unscanned > 0 ? 'inconclusive' : 'pass',
      reason:
        fresh.length > 0
          ? `${count(fresh.length, 'new secret')}, first ${fresh[0]?.kind} at ${fresh[0]?.path}:${fresh[0]?.line}`
          : unscanned > 0
            ? `${count(unscanned, 'file')} too large to scan`
            : `no secret in ${count(scanned, 'changed file')}`,
      value: `${fresh.length} new`,
      needs: '0',
      findings,
      score: fresh.length > 0 || unscanned > 0 ? 0 : 1,
      measured: { secrets: fresh.length, unscanned },
      threshold: { secrets: 0, unscanned: 0 },
    })
  },
}

function findingOf(secret: Secret): Finding {
  return {
    rule: `secret/${secret.rule}`,
    severity: 'error',
    message: `${secret.kind} at ${secret.path}:${secret.line}`,
    location: { path: secret.path, line: secret.line },
    fix: 'remove it, revoke it where it was issued, and read it from the environment',
  }
}

function tooLarge(path: string, length: number): Finding {
  return {
    rule: 'too-large-to-scan',
    severity: 'error',
    message: `${path} is ${length} characters; at most ${MAX_SCANNED} are scanned`,
    location: { path },
    fix: 'let a person look at this file, or leave it out',
  }
}

/** Threat: one stray byte makes a text binary, and a secret in it is still one. Bytes that are no UTF-8 stay bytes. */
function textOf(content: Content): string {
  return content.encoding === 'utf8' ? content.text : Buffer.from(contentBytes(content)).toString('latin1')
}

async function knownBefore(context: GateContext): Promise<ReadonlySet<string>> {
  const known = new Set<string>()
  for (const file of context.changes.files) {
    const bytes = file.before === null ? undefined : await context.readBase(file.path)
    if (bytes === undefined || bytes.length > MAX_SCANNED) continue
    for (const secret of await secretsIn(file.path, textOf(contentOf(bytes)))) known.add(secret.digest)
  }
  return known
}
