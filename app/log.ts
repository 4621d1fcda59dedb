// Owns the log: JSON lines on standard output, in which no secret can stand.
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { LogLevel } from './settings.ts'

export type Log = Logger

const GONE = '[redacted]'

/** Tokens by their form. Source: docs.github.com, "About authentication to GitHub", GitHub's token formats; RFC 7519. */
const TOKENS =
  /\b(?:gh[opusr]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{22,}|v1\.[0-9a-f]{40}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|(?:sk|xox[abp])-[\w-]{16,})/g
const KEYS = /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/gs
/** `"authorization":"…"`, `"client_secret": "…"` at any depth, also inside a string that is JSON itself. */
const FIELDS =
  /(\\*"(?:authorization|cookie|set-cookie|password|secret|token|pem|private_?key|webhook_?secret|client_?secret)\\*"\s*:\s*\\*")(?:[^"\\]|\\[^"])+/gi

/** What stands where a secret stood: the text that is left can be shown to anyone. */
export function makeScrubber(secrets: readonly string[]): (text: string) => string {
  // as it stands in JSON, where a line of a key ends in `\n`
  const forms = new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))
  const known = [...forms].filter((form) => form.length > 3).toSorted((a, b) => b.length - a.length)
  return (text) => {
    const without = known.reduce((rest, secret) => rest.replaceAll(secret, GONE), text)
    return without.replaceAll(KEYS, GONE).replaceAll(TOKENS, GONE).replaceAll(FIELDS, `$1${GONE}`)
  }
}

/**
 * Threat: a token in a message, a stack or a nested field. pino's own `redact` knows paths of objects only, so that
 * each finished line is scrubbed instead.
 */
export function makeLog(x: {
  level: LogLevel
  secrets: readonly string[]
  /** Standard output when left out. */
  to?: { write(line: string): void }
}): Log {
  const scrub = makeScrubber(x.secrets)
  const out = x.to ?? pino.destination(1)
  return pino(
    {
      level: x.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorOf, error: errorOf },
    },
    {
      write(line: string) {
        out.write(scrub(line))
      },
    },
  )
}

/** Threat: an error of Octokit carries request and reply, and with them texts of private repositories. */
function errorOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  return {
    name,
    message,
    stack,
    ...('code' in error ? { code: error.code } : {}),
    ...('status' in error ? { status: error.status } : {}),
    ...(error instanceof AggregateError ? { errors: error.errors.map(errorOf) } : {}),
    ...(cause === undefined ? {} : { cause: errorOf(cause) }),
  }
}
