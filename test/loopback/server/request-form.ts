// Owns what is wrong with a request as such: its headers, and a body that GitHub does not describe.
import { isObject } from '../openapi/convert.ts'
import type { FieldProblem } from './api-error.ts'
import { ApiError } from './api-error.ts'

/** Source: docs.github.com, "API versions". */
const VERSIONS = ['2022-11-28', '2026-03-10']

/** @throws {ApiError} 403 without a user agent, 400 for a version of the API that does not exist */
export function refuseUnacceptable(headers: Readonly<Record<string, string | undefined>>): void {
  // source: docs.github.com, "Getting started with the REST API", User agent: rejected without one
  if ((headers['user-agent'] ?? '') === '') {
    throw new ApiError(403, 'Request forbidden by administrative rules. Send a User-Agent header.')
  }
  const version = headers['x-github-api-version']
  if (version !== undefined && !VERSIONS.includes(version)) {
    throw new ApiError(400, `Unknown API version ${version}. Send one of ${VERSIONS.join(', ')}.`)
  }
}

function fieldProblem(sentence: string): FieldProblem {
  const field = /^at \/(?:body|query|path)\/([^:]+):/.exec(sentence)?.[1]
  const missing = /required/.test(sentence)
  return {
    resource: 'Request',
    code: missing ? 'missing_field' : 'invalid',
    ...(field === undefined ? {} : { field }),
    message: sentence,
  }
}

/** Source: docs.github.com, "Troubleshooting the REST API", Validation Failed and Body should be a JSON object. */
export function misdescribed(body: unknown, problems: readonly string[]): ApiError {
  if (body !== undefined && !isObject(body)) return new ApiError(400, 'Body should be a JSON object')
  return new ApiError(422, `Invalid request.\n\n${problems.join('\n')}`, {
    errors: problems.map(fieldProblem),
  })
}
