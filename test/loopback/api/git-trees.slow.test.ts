// Owns what shows the operations of git trees, blobs and tags.
import { describe, expect, it } from 'vitest'
import { capTree } from './git-trees.ts'
import { AT, WORKFLOW, gitArena, headOf, refusal } from './git-arena.ts'

const NOWHERE = '1'.repeat(40)

async function treeOf(arena: Awaited<ReturnType<typeof gitArena>>): Promise<string> {
  const commit = await arena.repository.git.commit(await headOf(arena.repository))
  return commit?.tree ?? ''
}

const paths = (tree: readonly { path?: string }[]) => tree.map(({ path }) => path)

describe('blobs', () => {
  it('a blob is UTF-8 or base64 as it is sent, and base64 or raw as it is read', async () => {
    const { bot, octokit } = await gitArena()
    const bytes = Buffer.from([0, 255, 10, 13])
    const text = await bot.rest.git.createBlob({ ...AT, content: 'größer\n' })
    const binary = await bot.rest.git.createBlob({
      ...AT,
      content: bytes.toString('base64'),
      encoding: 'base64',
    })
    const read = await octokit().rest.git.getBlob({ ...AT, file_sha: binary.data.sha })
    expect(read.data).toMatchObject({ encoding: 'base64', size: 4 })
    expect(Buffer.from(read.data.content, 'base64')).toEqual(bytes)
    const raw = await bot.rest.git.getBlob({
      ...AT,
      file_sha: text.data.sha,
      mediaType: { format: 'raw' },
    })
    expect(raw.data).toBe('größer\n')
  })

  it('what is no base64, an encoding that does not exist and a blob that does not exist are refused', async () => {
    const { bot, repository } = await gitArena()
    const broken = { ...AT, content: 'not base64!', encoding: 'base64' }
    expect((await refusal(bot.rest.git.createBlob(broken))).status).toBe(422)
    expect((await refusal(bot.rest.git.createBlob({ ...broken, encoding: 'utf-16' }))).status).toBe(422)
    expect((await refusal(bot.rest.git.getBlob({ ...AT, file_sha: NOWHERE }))).status).toBe(404)
    const commit = await headOf(repository)
    expect((await refusal(bot.rest.git.getBlob({ ...AT, file_sha: commit }))).status).toBe(404)
  })

  it('a blob above 100 MB is not read', async () => {
    const { bot, repository } = await gitArena()
    const sha = await repository.git.writeBlob(Buffer.alloc(104_857_601))
    expect((await refusal(bot.rest.git.getBlob({ ...AT, file_sha: sha }))).status).toBe(403)
  })
})

describe('trees', () => {
  it('a tree on a base keeps what it does not name, without a base it holds nothing but its entries', async () => {
    const arena = await gitArena()
    const { bot } = arena
    const base_tree = await treeOf(arena)
    const entry = { path: 'docs/a.md', mode: '100755', type: 'blob', content: 'a' } as const
    const based = await bot.rest.git.createTree({ ...AT, base_tree, tree: [entry] })
    const all = await bot.rest.git.getTree({ ...AT, tree_sha: based.data.sha, recursive: 'true' })
    expect(paths(all.data.tree)).toContain('src/sum.js')
    expect(all.data.tree.find(({ path }) => path === 'docs/a.md')).toMatchObject({ mode: '100755', size: 1 })
    const bare = await bot.rest.git.createTree({ ...AT, tree: [entry] })
    expect(paths(bare.data.tree)).toEqual(['docs'])
  })

  it('a tree entry with `sha: null` deletes the file, and answers 422 where there is none', async () => {
    const arena = await gitArena()
    const { bot } = arena
    const base_tree = await treeOf(arena)
    const gone = (path: string) => ({ path, mode: '100644', type: 'blob', sha: null }) as const
    const made = await bot.rest.git.createTree({ ...AT, base_tree, tree: [gone('src/sum.js')] })
    expect(paths(made.data.tree)).toEqual(['.github', 'README.md'])
    const missing = refusal(bot.rest.git.createTree({ ...AT, base_tree, tree: [gone('src/none.js')] }))
    expect((await missing).status).toBe(422)
  })

  it.each([
    ['a blob that does not exist', { path: 'a', mode: '100644', type: 'blob', sha: NOWHERE }],
    ['a mode that does not fit the type', { path: 'a', mode: '040000', type: 'blob', content: 'a' }],
    ['neither sha nor content', { path: 'a', mode: '100644', type: 'blob' }],
    ['a path out of the repository', { path: '../a', mode: '100644', type: 'blob', content: 'a' }],
    ['a path into .git', { path: '.git/config', mode: '100644', type: 'blob', content: 'a' }],
  ] as const)('%s answers 422', async (_, entry) => {
    const { bot } = await gitArena()
    expect((await refusal(bot.rest.git.createTree({ ...AT, tree: [entry] }))).status).toBe(422)
  })

  it('a base tree must be a tree: a commit or what does not exist answers 422', async () => {
    const { bot, repository } = await gitArena()
    const entry = { path: 'a', mode: '100644', type: 'blob', content: 'a' } as const
    for (const base_tree of [await headOf(repository), NOWHERE]) {
      expect(await refusal(bot.rest.git.createTree({ ...AT, base_tree, tree: [entry] }))).toEqual({
        status: 422,
        message: 'base_tree is not a valid tree oid',
      })
    }
  })

  it('a tree is read by its id, a commit or a branch, and one level deep unless `recursive` is there', async () => {
    const arena = await gitArena()
    const { bot, repository } = arena
    const head = await headOf(repository)
    const flat = await bot.rest.git.getTree({ ...AT, tree_sha: 'main' })
    expect(paths(flat.data.tree)).toEqual(['.github', 'README.md', 'src'])
    expect(flat.data.sha).toBe(head)
    const deep = await bot.rest.git.getTree({ ...AT, tree_sha: await treeOf(arena), recursive: '0' })
    expect(paths(deep.data.tree)).toContain(WORKFLOW)
    expect(deep.data.truncated).toBe(false)
    expect((await refusal(bot.rest.git.getTree({ ...AT, tree_sha: 'none' }))).status).toBe(404)
  })

  it('a recursive tree is cut at 100,000 entries or 7 MB, with `truncated: true` and status 200', async () => {
    const { bot, repository } = await gitArena()
    const sha = await repository.git.writeBlob('')
    const entries = Array.from({ length: 2_000 }, (_, at) => ({
      path: `${'a'.repeat(3_900)}${at}`,
      mode: '100644',
      sha,
    }))
    const tree = await repository.git.writeTree({ entries })
    if (!tree.ok) throw new Error(tree.reason)
    const read = await bot.rest.git.getTree({ ...AT, tree_sha: tree.sha, recursive: 'true' })
    expect(read.status).toBe(200)
    expect(read.data.truncated).toBe(true)
    expect(JSON.stringify(read.data.tree).length).toBeLessThanOrEqual(7 * 1_048_576)
    const rows = Array.from({ length: 100_001 }, (_, at) => at)
    expect(capTree(rows)).toMatchObject({ truncated: true })
    expect(capTree(rows).tree).toHaveLength(100_000)
    expect(capTree(rows.slice(1)).truncated).toBe(false)
  })
})

describe('annotated tags', () => {
  it('a tag names its object and its tagger, and needs a reference of its own', async () => {
    const { bot, repository } = await gitArena()
    const object = await headOf(repository)
    const { data: made } = await bot.rest.git.createTag({
      ...AT,
      tag: 'v1',
      message: 'One',
      object,
      type: 'commit',
      tagger: { name: 'Ana', email: 'ana@example.test', date: '2026-01-02T03:04:05Z' },
    })
    const { data: read } = await bot.rest.git.getTag({ ...AT, tag_sha: made.sha })
    expect(read).toMatchObject({ tag: 'v1', message: 'One', object: { sha: object, type: 'commit' } })
    expect(read.tagger).toEqual({ name: 'Ana', email: 'ana@example.test', date: '2026-01-02T03:04:05Z' })
    expect((await refusal(bot.rest.git.getRef({ ...AT, ref: 'tags/v1' }))).status).toBe(404)
    await bot.rest.git.createRef({ ...AT, ref: 'refs/tags/v1', sha: made.sha })
    const { data: ref } = await bot.rest.git.getRef({ ...AT, ref: 'tags/v1' })
    expect(ref.object).toMatchObject({ type: 'tag', sha: made.sha })
    const { data: commit } = await bot.rest.repos.getCommit({ ...AT, ref: 'v1' })
    expect(commit.sha).toBe(object)
  })

  it('a tag of an object of another type answers 422, an unknown tag 404', async () => {
    const { bot, repository } = await gitArena()
    const object = await headOf(repository)
    const tag = { ...AT, tag: 'v1', message: 'One', object }
    expect((await refusal(bot.rest.git.createTag({ ...tag, type: 'blob' }))).status).toBe(422)
    expect((await refusal(bot.rest.git.getTag({ ...AT, tag_sha: object }))).status).toBe(404)
  })
})
