// Owns pagination: `per_page` and `page` with Link headers, as GitHub's lists have them.
import type { Call, Reply } from './call.ts'

/** Source: docs.github.com, "Using pagination in the REST API". */
const DEFAULT_PER_PAGE = 30
const MOST_PER_PAGE = 100

function positive(text: string | null, fallback: number): number {
  const value = Number(text ?? fallback)
  return Number.isInteger(value) && value >= 1 ? value : fallback
}

/**
 * One page of a list; `wrap` is for operations whose reply is `{total_count, …}`, `usual` for those whose page is
 * another where none is asked for.
 */
export function page<T>(
  call: Pick<Call, 'query' | 'url'>,
  items: readonly T[],
  shape: (item: T) => unknown,
  wrap: (slice: unknown[], total: number) => unknown = (slice) => slice,
  usual = DEFAULT_PER_PAGE,
): Reply {
  const link = pageOf(call, items, usual)
  return {
    status: 200,
    body: wrap(link.slice.map(shape), items.length),
    ...(link.header === undefined ? {} : { headers: { link: link.header } }),
  }
}

/** The same for shapes that have to be awaited. */
export async function pageAsync<T>(
  call: Pick<Call, 'query' | 'url'>,
  items: readonly T[],
  shape: (item: T) => Promise<unknown>,
  wrap: (slice: unknown[], total: number) => unknown = (slice) => slice,
): Promise<Reply> {
  const shaped = new Map<T, unknown>()
  for (const item of pageOf(call, items).slice) shaped.set(item, await shape(item))
  return page(call, items, (item) => shaped.get(item), wrap)
}

export function perPageOf({ query }: Pick<Call, 'query'>, usual = DEFAULT_PER_PAGE): number {
  const asked = query.get('per_page')
  return asked === null ? usual : Math.min(positive(asked, usual), MOST_PER_PAGE)
}

function pageOf<T>(call: Pick<Call, 'query' | 'url'>, items: readonly T[], usual = DEFAULT_PER_PAGE) {
  const perPage = perPageOf(call, usual)
  const at = positive(call.query.get('page'), 1)
  const last = Math.max(1, Math.ceil(items.length / perPage))
  const slice = items.slice((at - 1) * perPage, at * perPage)
  const links: string[] = []
  const add = (rel: string, number: number) => {
    const url = new URL(call.url)
    url.searchParams.set('page', String(number))
    links.push(`<${url.href}>; rel="${rel}"`)
  }
  if (at > 1) add('prev', Math.min(at - 1, last))
  if (at < last) {
    add('next', at + 1)
    add('last', last)
  }
  if (at > 1) add('first', 1)
  return { slice, header: links.length === 0 ? undefined : links.join(', ') }
}
