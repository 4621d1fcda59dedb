import { expect, test } from 'vitest'
import type { Arena } from '../arena.ts'
import { openArena } from '../arena.ts'
import { commitFiles } from '../git/fixture.ts'
import type { Showcase } from './showcase.ts'
import { furnishShowcase } from './showcase.ts'

interface Visit {
  readonly status: number
  readonly location: string | null
  readonly headers: Headers
  readonly text: string
}

async function visit({ loopback }: Arena, path: string, method = 'GET'): Promise<Visit> {
  const reply = await fetch(loopback.origin + path, { method, redirect: 'manual' })
  const { status, headers } = reply
  return { status, headers, location: headers.get('location'), text: await reply.text() }
}

/** What a person reads of a page, without the elements. */
const words = ({ text }: Visit) =>
  text
    .replace(/<(style|title)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')

async function showcase(): Promise<Showcase & { arena: Arena }> {
  const arena = await openArena()
  return { arena, ...(await furnishShowcase(arena.loopback)) }
}

test('every page has one h1, a title, a language and named tables, and is counted as a page', async () => {
  const { arena, run, check } = await showcase()
  const paths = [
    '/',
    '/acme/widgets',
    '/acme/widgets/issues/1',
    '/acme/widgets/pull/2',
    '/acme/widgets/pull/2/checks',
    '/acme/widgets/pull/2/files',
    `/acme/widgets/runs/${check.id}`,
    '/acme/widgets/actions',
    `/acme/widgets/actions/runs/${run.id}`,
    `/acme/widgets/actions/runs/${run.id}/attempts/1`,
  ]
  for (const path of paths) {
    const page = await visit(arena, path)
    expect([path, page.status]).toEqual([path, 200])
    expect(page.text.match(/<h1[ >]/g)).toHaveLength(1)
    expect(page.text).toMatch(/<html lang="en">/)
    expect(page.text).toMatch(/<title>[^<]+<\/title>/)
    const tables = page.text.match(/<table[^>]*>\s*(?:<caption)?/g) ?? []
    for (const table of tables) expect(table).toMatch(/aria-label=|<caption/)
    expect(page.text).not.toMatch(/undefined|\[object|NaN:/)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  }
  expect(arena.loopback.oracle.counts().exempt['page']).toBe(paths.length)
})

test('an address of the other kind, of a list or of a former name leads to the right one', async () => {
  const { arena, run, repository } = await showcase()
  const leads = async (path: string) => (await visit(arena, path)).location
  expect(await leads('/acme/widgets/issues/2')).toBe('/acme/widgets/pull/2')
  expect(await leads('/acme/widgets/pull/1/files')).toBe('/acme/widgets/issues/1')
  expect(await leads('/acme/widgets/issues')).toBe('/acme/widgets#issues')
  expect(await leads(`/acme/widgets/actions/runs/${run.id}/job/7`)).toBe(
    `/acme/widgets/actions/runs/${run.id}#job-7`,
  )
  arena.loopback.forge.world.names.set('acme/old', repository)
  expect(await leads('/acme/old/issues/1')).toBe('/acme/widgets/issues/1')
})

test('what is not there is a page that says so; only reading is allowed', async () => {
  const { arena } = await showcase()
  for (const path of [
    '/acme/other',
    '/acme/widgets/issues/9',
    '/acme/widgets/pull/9/checks',
    '/acme/widgets/runs/1',
    '/acme/widgets/actions/runs/1',
  ]) {
    const page = await visit(arena, path)
    expect([path, page.status]).toEqual([path, 404])
    expect(page.text).toContain('<h1>Not found</h1>')
  }
  expect((await visit(arena, '/acme/widgets/issues/1', 'POST')).status).toBe(405)
  expect((await visit(arena, '/acme/widgets', 'HEAD')).text).toBe('')
})

test('git and the API are no pages', async () => {
  const arena = await openArena()
  for (const path of [
    '/acme/widgets.git/info/refs',
    '/acme/widgets.git',
    '/api/graphql',
    '/acme/widgets/tree/main',
  ]) {
    const { text } = await visit(arena, path)
    expect([path, text]).toEqual([path, expect.not.stringContaining('<h1')])
  }
  expect(arena.loopback.oracle.counts().exempt['page']).toBeUndefined()
})

test('the merge box says each reason why a merge is blocked, and none when nothing hinders it', async () => {
  const { arena, repository, check } = await showcase()
  const blocked = words(await visit(arena, '/acme/widgets/pull/2'))
  expect(blocked).toContain('Merging is blocked')
  expect(blocked).toContain('Changes have been requested by ben.')
  expect(blocked).toContain('2 of 2 required status checks have not succeeded.')
  expect(blocked).toContain('1 conversation must be resolved.')

  repository.protections.clear()
  expect(words(await visit(arena, '/acme/widgets/pull/2'))).toContain(
    'Ready to merge, while checks are still under way',
  )
  for (const run of repository.checkRuns.values()) run.status = 'completed'
  check.conclusion = 'success'
  const ready = words(await visit(arena, '/acme/widgets/pull/2'))
  expect(ready).toMatch(/Ready to merge (?!,)/)

  await commitFiles(repository.git, 'main', { 'src/sum.js': 'export const sum = () => 0\n' })
  expect(words(await visit(arena, '/acme/widgets/pull/2'))).toContain('It conflicts with main: src/sum.js.')
})

test('a draft, a merged and a closed pull request say what they are', async () => {
  const { arena, repository, pull: issue } = await showcase()
  const pull = repository.pulls.get(issue.number)
  if (pull === undefined) throw new Error('the showcase has no pull request')
  pull.draft = true
  expect(words(await visit(arena, '/acme/widgets/pull/2'))).toMatch(
    / Draft .*The pull request is still a draft\./,
  )
  issue.state = 'closed'
  expect(words(await visit(arena, '/acme/widgets/pull/2'))).toMatch(/ Closed .*Closed without a merge/)
  const sha = (await repository.git.resolve('refs/pull/2/head')) ?? ''
  const base = (await repository.git.resolve('refs/heads/main')) ?? ''
  pull.closedHead = { head: sha, base }
  pull.merged = { at: issue.createdAt, by: issue.author, sha }
  const merged = words(await visit(arena, '/acme/widgets/pull/2'))
  expect(merged).toMatch(/ Merged .*widgets-bot App merged this as/)
  expect(merged).toContain('had proposed to merge 1 commit')
})

test('the newest run of a name counts, and the earlier one is folded away', async () => {
  const { arena, repository, check } = await showcase()
  const again = { ...check, id: check.id + 10_000, conclusion: 'success' as const }
  repository.checkRuns.set(again.id, again)
  const page = await visit(arena, '/acme/widgets/pull/2/checks')
  expect(words(page)).toContain('1 earlier run of the same names')
  expect(page.text.indexOf(`id="run-${again.id}"`)).toBeLessThan(page.text.indexOf(`id="run-${check.id}"`))
})

test('who looks at a pull request changes nothing: a bot still reads that mergeability is not known', async () => {
  const { arena, repository } = await showcase()
  for (const tab of ['', '/checks', '/files']) await visit(arena, `/acme/widgets/pull/2${tab}`)
  expect(repository.pulls.get(2)?.mergeability).toBeNull()
  expect(await repository.git.ref('refs/pull/2/merge')).toBeUndefined()
})

test('private repositories are shown, and marked', async () => {
  const { arena } = await showcase()
  expect(words(await visit(arena, '/'))).toContain('acme/widgets Private Small sums, done well')
})
