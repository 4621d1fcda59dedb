// Owns what a title, a body and a comment may be: present, and no longer than GitHub takes.
import { ApiError, invalid } from '../server/api-error.ts'

/** Known from the API's own message; no page states it. Counted in UTF-16 units, the stricter way. */
export const MOST_CHARACTERS = 65_536
const MOST_IN_TITLE = 256

export function bodyText(resource: 'Issue' | 'IssueComment', body: string): string {
  if (body.length <= MOST_CHARACTERS) return body
  throw invalid(resource, 'body', 'custom', `body is too long (maximum is ${MOST_CHARACTERS} characters)`)
}

/** GitHub takes a number too and makes it text. */
export function titleText(title: string | number): string {
  const text = String(title).trim()
  if (text === '') throw invalid('Issue', 'title', 'missing_field')
  if (text.length <= MOST_IN_TITLE) return text
  throw invalid('Issue', 'title', 'custom', `title is too long (maximum is ${MOST_IN_TITLE} characters)`)
}

export function commentText(body: string): string {
  if (body.trim() !== '') return bodyText('IssueComment', body)
  throw new ApiError(422, 'Validation Failed', {
    errors: [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }],
  })
}
