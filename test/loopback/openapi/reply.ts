// Owns what is wrong with a reply, by the operation that it answers.
import type { Json } from './convert.ts'
import { isObject } from './convert.ts'
import type { Operation } from './description.ts'
import type { Problem } from './problems.ts'
import { problemsIn } from './validators.ts'

export interface Reply {
  status: number
  /** As in the header; undefined when the reply has no body. */
  contentType: string | undefined
  /** Parsed when it is JSON; text or bytes otherwise; undefined or '' when there is none. */
  body: unknown
}

export interface ReplyVerdict {
  /** What the reply is counted as. */
  counted: 'reply' | 'undeclared error' | 'media type'
  problems: Problem[]
}

const BODILESS = new Set([204, 205, 302, 304])
/** https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types */
const TEXT_ONLY = /^(text\/[a-z]+|application\/vnd\.github\.(v3\.)?(diff|patch|sha))$/
const TEXT_OR_JSON = /^application\/vnd\.github\.(v3\.)?(raw|html|text)(\+json)?$/
const JSON_TYPE = /^application\/(json|[a-z0-9.-]+\+json|vnd\.github(\.[a-z0-9]+)*)$/
const ERROR_FORMS: Json = { $ref: '#/definitions/basic-error' }
const VALIDATION_FORMS: Json = {
  anyOf: ['validation-error', 'validation-error-simple', 'basic-error'].map((name) => ({
    $ref: `#/definitions/${name}`,
  })),
}

export function replyProblems(operation: Operation, reply: Reply): ReplyVerdict {
  const { status } = reply
  const type = reply.contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const empty = reply.body === undefined || reply.body === '' || (reply.body === null && BODILESS.has(status))
  const plain = (problems: Problem[]): ReplyVerdict => ({ counted: 'reply', problems })
  const declared = operation.responses[String(status)]

  if (BODILESS.has(status) && !empty) return plain([whole(`a ${status} has no body`)])
  // any GET may be conditional: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
  if (status === 304 && operation.method === 'GET') return plain([])
  if (declared === undefined) return undeclared(operation, reply, type)
  if (Object.keys(declared).length === 0) {
    return plain(empty ? [] : [whole(`a ${status} of ${operation.id} has no body`)])
  }
  if (empty && !BODILESS.has(status)) return plain([whole(`a ${status} of ${operation.id} has a body`)])
  if (TEXT_ONLY.test(type) || (TEXT_OR_JSON.test(type) && isText(reply.body)))
    return textVerdict(type, reply.body)

  // application/vnd.github.object+json is declared without its suffix
  const media = [type, type.replace(/\+json$/, ''), 'application/json'].find((one) => one in declared)
  if (media === undefined || !JSON_TYPE.test(type)) {
    return plain([whole(`a ${status} of ${operation.id} is not of type ${type === '' ? 'none' : type}`)])
  }
  const schema = anyForm(declared[media] ?? true, status)
  const key = `rest reply ${operation.id} ${status} ${media}`
  return plain(problemsIn({ half: 'rest', variant: 'closed', key, schema }, reply.body))
}

/** The forms of an error overlap, so that a plain one fits several: any is enough. */
function anyForm(schema: Json, status: number): Json {
  if (status < 400 || !isObject(schema)) return schema
  const { oneOf, ...rest } = schema
  return oneOf === undefined ? schema : { ...rest, anyOf: oneOf }
}

function undeclared(operation: Operation, reply: Reply, type: string): ReplyVerdict {
  const { status } = reply
  // a renamed repository answers any operation so: the redirect's body has the form of an error
  const moved = status === 301 || status === 307
  if (status < 400 && !moved) {
    const declared = Object.keys(operation.responses).join(', ')
    return {
      counted: 'reply',
      problems: [whole(`${status} is not a status of ${operation.id} (${declared})`)],
    }
  }
  if (!JSON_TYPE.test(type)) {
    return { counted: 'undeclared error', problems: [whole(`a ${status} is JSON, not of type ${type}`)] }
  }
  const schema = status === 422 ? VALIDATION_FORMS : ERROR_FORMS
  const key = `rest error ${status === 422 ? 'validation' : 'basic'}`
  return {
    counted: 'undeclared error',
    problems: problemsIn({ half: 'rest', variant: 'closed', key, schema }, reply.body),
  }
}

function textVerdict(type: string, body: unknown): ReplyVerdict {
  const problems = isText(body) ? [] : [whole(`a body of type ${type} is text`)]
  return { counted: 'media type', problems }
}

function isText(body: unknown): boolean {
  return typeof body === 'string' || body instanceof Uint8Array
}

function whole(what: string): Problem {
  return { pointer: '', what }
}
