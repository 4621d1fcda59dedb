// Owns finding secrets in texts, and taking them out of what leaves the runner or is said to people (R119).
import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { type Digest, digestOf } from '../contracts/canonical.ts'

/** Characters. Threat: expressions over a huge text run in this process and cannot be stopped. */
export const MAX_SCANNED = 1_048_576
/** Of two neighbouring parts of a longer text: no secret that the rules know is longer. */
const OVERLAP = 16_384

export interface Secret {
  path: string
  line: number
  /** Rule and kind, e.g. `GITHUB_TOKEN`. */
  kind: string
  rule: string
  /** Of the secret's own characters, to tell it from others without keeping it. */
  digest: Digest
  /** Where it stands in the text: first character, and the one behind the last. */
  range: readonly [number, number]
}

/** `text` has at most `MAX_SCANNED` characters. */
export async function secretsIn(path: string, text: string): Promise<readonly Secret[]> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const { messages } = await lintSource({
    source: { content: text, filePath: path, ext: /\.[^.]+$/.exec(name)?.[0] ?? '', contentType: 'text' },
    options: {
      config: {
        rules: [
          {
            id: '@secretlint/secretlint-rule-preset-recommend',
            rule: creator,
            // An access key id is no secret alone, but nobody commits one on purpose.
            rules: [{ id: '@secretlint/secretlint-rule-aws', options: { enableIDScanRule: true } }],
          },
        ],
      },
      noPhysicFilePath: true,
      maskSecrets: true,
    },
  })
  // `sourceContent` and unmasked data of the result are dropped here: they hold the secret.
  return messages.map((message) => ({
    path,
    line: message.loc.start.line,
    kind: message.messageId,
    rule: message.ruleId.replace(/^@secretlint\/secretlint-rule-/, ''),
    digest: digestOf(text.slice(message.range[0], message.range[1])),
    range: [message.range[0], message.range[1]],
  }))
}

/** The text with `[redacted KIND]` where a secret stood; the same text when there is none. */
export async function redact(text: string): Promise<string> {
  let rest = text
  for (const { kind, range } of (await inWhole(text)).toSorted((a, b) => b.range[0] - a.range[0])) {
    // one that ends inside what was taken out already is cut with it
    const end = Math.min(range[1], rest.length)
    rest = `${rest.slice(0, range[0])}[redacted ${kind}]${rest.slice(end)}`
  }
  return rest
}

/** Every text of a value, at any depth; names of fields stay. */
export async function redactDeep<T>(value: T): Promise<T> {
  const texts = textsOf(value)
  // nearly always there is none, and one look at all of them is enough
  if ((await inWhole(texts.join('\n\n'))).length === 0) return value
  return (await walk(value)) as T
}

/** A file by its name: in JSON and JSON Lines each text is taken alone, so that what is left still parses. */
export async function redactFile(name: string, text: string): Promise<string> {
  if (name.endsWith('.jsonl')) {
    const lines = await Promise.all(text.split('\n').map((line) => redactJson(line, 0)))
    return lines.join('\n')
  }
  return name.endsWith('.json') ? redactJson(text, 2) : redact(text)
}

async function redactJson(text: string, indent: number): Promise<string> {
  if (text.trim() === '') return text
  const value: unknown = JSON.parse(text)
  const clean = await redactDeep(value)
  return clean === value ? text : `${JSON.stringify(clean, null, indent)}${text.endsWith('\n') ? '\n' : ''}`
}

/** What escaping for Markdown puts between characters. Threat: a page shows the secret whole, and no rule sees it. */
const ESCAPES = /\\(?=[!-/:-@[-`{-~])|&#8203;/g

/** As it is, and as a page shows it; in order, none within another. */
async function inWhole(text: string): Promise<Secret[]> {
  const shown = text.replaceAll(ESCAPES, '')
  const found = await inParts(text)
  if (shown.length < text.length) {
    const cuts = [...text.matchAll(ESCAPES)].map((cut) => ({ at: cut.index, length: cut[0].length }))
    for (const secret of await inParts(shown)) {
      const [from, to] = secret.range
      found.push({ ...secret, range: [placeIn(from, cuts), placeIn(to - 1, cuts) + 1] })
    }
  }
  const all = found.toSorted((a, b) => a.range[0] - b.range[0] || b.range[1] - a.range[1])
  return all.reduce<Secret[]>((kept, one) => {
    return one.range[0] < (kept.at(-1)?.range[1] ?? 0) ? kept : [...kept, one]
  }, [])
}

/** Where a character of the text without cuts stands in the whole one. */
function placeIn(index: number, cuts: readonly { at: number; length: number }[]): number {
  let place = index
  for (const { at, length } of cuts) {
    if (at > place) break
    place += length
  }
  return place
}

async function inParts(text: string): Promise<Secret[]> {
  const found = new Map<number, Secret>()
  for (let at = 0; at === 0 || at + OVERLAP < text.length; at += MAX_SCANNED - OVERLAP) {
    for (const secret of await secretsIn('text', text.slice(at, at + MAX_SCANNED))) {
      const range = [secret.range[0] + at, secret.range[1] + at] as const
      const known = found.get(range[0])
      if (known === undefined || known.range[1] < range[1]) found.set(range[0], { ...secret, range })
    }
  }
  return [...found.values()]
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

async function walk(value: unknown): Promise<unknown> {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return Promise.all(value.map(walk))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(async ([name, one]) => [name, await walk(one)] as const)
  return Object.fromEntries(await Promise.all(entries))
}
