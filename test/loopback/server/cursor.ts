// Owns pagination by cursor: a page begins at a named item, so that newer ones do not shift it.
import { ApiError } from './api-error.ts'
import type { Call, Reply } from './call.ts'
import { perPageOf } from './paging.ts'

const VERSION = 'v1_'

/**
 * One page of a list that is newest first. Source: docs.github.com, "List deliveries for an app webhook": the link
 * header has the cursors of the next and the previous page.
 */
export function cursorPage<T extends { readonly id: number }>(
  call: Pick<Call, 'query' | 'url'>,
  items: readonly T[],
  shape: (item: T) => unknown,
): Reply {
  const perPage = perPageOf(call)
  const cursor = call.query.get('cursor')
  const start = cursor === null ? 0 : items.findIndex((item) => `${VERSION}${item.id}` === cursor)
  if (start === -1) throw new ApiError(400, 'The cursor is not one of this list.')
  const link = (at: number, rel: string) => {
    const item = items[at]
    if (item === undefined) return []
    const url = new URL(call.url)
    url.searchParams.set('cursor', `${VERSION}${item.id}`)
    return [`<${url.href}>; rel="${rel}"`]
  }
  const links = [
    ...link(start + perPage, 'next'),
    ...(start > 0 ? link(Math.max(0, start - perPage), 'prev') : []),
  ]
  return {
    status: 200,
    body: items.slice(start, start + perPage).map(shape),
    ...(links.length === 0 ? {} : { headers: { link: links.join(', ') } }),
  }
}
