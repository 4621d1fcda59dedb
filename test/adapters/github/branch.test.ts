// How a change becomes a commit: its bytes and modes, what is refused, and who was faster.
import { describe, expect, test } from 'vitest'
import type { ChangeSet, FileChange } from '../../../src/contracts/change-set.ts'
import { protect } from '../../loopback/api/git-arena.ts'
import type { PathAt } from '../../loopback/git/objects.ts'
import type { Edits } from './change.ts'
import type { Stage } from './stage.ts'
import { failureOf, openStage } from './stage.ts'

const BRANCH = 'autopilot/t-1'

async function order(stage: Stage, edits: Edits | ChangeSet, parent?: string) {
  const on = parent ?? (await stage.main())
  const changes = 'schema' in edits ? (edits as ChangeSet) : await stage.change(on, edits)
  return { branch: BRANCH, parent: on, expectedHead: null, changes, message: 'Change it\n\nTask: t-1' }
}

const head = ({ repository }: Stage) => repository.git.resolve(`refs/heads/${BRANCH}`)

const contentOf = (blob: PathAt | undefined) =>
  blob !== undefined && 'content' in blob ? blob.content : Buffer.from('nothing')

/** Everything that goes wrong in JSON, in text columns and in line ends. */
const BYTES: Edits = {
  'plain.txt': 'one\ntwo\n',
  'empty.txt': '',
  'dos.txt': 'one\r\ntwo\r\n',
  'bell.txt': 'a\u0007b\u001b[0m\n',
  'nul.txt': 'a\0b',
  'bom.txt': '\ufeffone\n',
  'no-end.txt': 'ünd 🜚 \u2028',
  'latin.txt': new Uint8Array([0xe4, 0xf6, 0x0a]),
  'bin.png': new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 255]),
  'large.txt': 'a line of text\n'.repeat(20_000),
  'tool.sh': { mode: '100755', content: '#!/bin/sh\n' },
  'link.md': { mode: '120000', content: 'README.md' },
  'ünï/cödé.js': 'x\n',
}

describe('a change', () => {
  test('keeps every byte and mode, and is a Verified commit of the bot', async () => {
    const stage = await openStage()
    const made = await stage.counted(async () => {
      expect(await stage.forge.writer.putBranch(await order(stage, BYTES))).toMatchObject({
        result: 'created',
      })
    })
    // empty, dos, bell, nul, bom, latin, bin, large: what JSON or a text column might change goes as bytes
    expect(made['git/create-blob']).toBe(8)
    const sha = (await head(stage)) ?? ''
    const commit = await stage.repository.git.commit(sha)
    expect(commit).toMatchObject({
      verified: true,
      parents: [await stage.main()],
      message: 'Change it\n\nTask: t-1',
    })
    expect(commit?.author.email).toBe(`${stage.own.bot.id}+autopilot[bot]@users.noreply.github.com`)
    for (const [path, edit] of Object.entries(BYTES)) {
      const content = edit !== null && typeof edit === 'object' && 'content' in edit ? edit.content : edit
      const blob = await stage.repository.git.blobAt(sha, path)
      expect(Buffer.from(content ?? '').equals(contentOf(blob)), path).toBe(true)
    }
  })

  test('of a few plain files takes six requests, and one that needs no contents sends none', async () => {
    const stage = await openStage()
    await stage.forge.reader.about()
    const made = await stage.counted(async () =>
      stage.forge.writer.putBranch(await order(stage, { 'a.js': '1\n', 'b.js': '2\n' })),
    )
    expect(made).toEqual({
      'git/get-ref': 1,
      'git/get-commit': 1,
      'git/get-tree': 1,
      'git/create-tree': 1,
      'git/create-commit': 1,
      'git/create-ref': 1,
    })
    const parent = (await head(stage)) ?? ''
    const moved = { 'logo/a.js': '1\n', 'a.js': null, 'b.js': { mode: '100755', content: '2\n' } } as const
    const next = { ...(await order(stage, moved, parent)), expectedHead: parent }
    const again = await stage.counted(async () => stage.forge.writer.putBranch(next))
    expect(again).not.toHaveProperty('git/create-blob')
    const there = await stage.filesAt((await head(stage)) ?? '')
    expect([...there].map(([path, { mode }]) => [path, mode])).toEqual([
      ['README.md', '100644'],
      ['b.js', '100755'],
      ['logo/a.js', '100644'],
      ['src/sum.js', '100644'],
    ])
  })

  test('of many files goes in parts, and what was sent before a limit is not sent again', async () => {
    const stage = await openStage()
    const many = Object.fromEntries(Array.from({ length: 1203 }, (_, n) => [`many/${n}.js`, `${n}\n`]))
    const binary = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`bin/${n}`, new Uint8Array([0, n, 255])]),
    )
    const asked = await order(stage, { ...many, ...binary })
    stage.loopback.faults.add({
      on: 'git/create-blob',
      nth: 6,
      fault: { kind: 'status', status: 429, retryAfter: 9 },
    })
    expect(await failureOf(stage.forge.writer.putBranch(asked))).toMatchObject({ code: 'rate_limited' })
    stage.clock.pass(10_000)
    const counted = await stage.counted(async () =>
      expect(await stage.forge.writer.putBranch(asked)).toMatchObject({ result: 'created' }),
    )
    expect(counted['git/create-tree']).toBe(2)
    expect(counted['git/create-blob']).toBe(2)
  })

  test('may put a folder where a file was, and the other way round', async () => {
    const stage = await openStage()
    const edits = { 'README.md': null, 'README.md/index.md': 'x\n', 'src/sum.js': null, src: 'x\n' }
    expect(await stage.forge.writer.putBranch(await order(stage, edits))).toMatchObject({ result: 'created' })
    const paths = [...(await stage.filesAt((await head(stage)) ?? '')).keys()]
    expect(paths.toSorted()).toEqual(['README.md/index.md', 'src'])
  })
})

describe('a change is refused', () => {
  const file = (path: string, more: Partial<NonNullable<FileChange['after']>> = {}): FileChange => ({
    path,
    before: null,
    after: {
      mode: '100644',
      blob: 'b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0',
      content: { encoding: 'utf8', text: 'hello' },
      ...more,
    },
    added: 1,
    removed: 0,
    binary: false,
  })

  test.each([
    ['for git’s own folder', file('.git/hooks/pre-commit'), 'names a .git folder'],
    ['for an alias of it', file('.GIT /config'), 'names a .git folder'],
    ['for a path that leaves the repository', file('../x'), 'leaves or repeats a folder'],
    [
      'for contents that are others than it says',
      file('x', { content: { encoding: 'utf8', text: 'hi' } }),
      'id',
    ],
    ['for a submodule', file('x', { mode: '160000' as never }), 'the mode 160000'],
    ['for a name that differs by case only', file('readme.md'), 'by case only'],
    ['for a workflow', file('.github/workflows/ci.yml'), 'Propose it in a comment'],
    ['for a before-image that is not so', { ...file('README.md') }, 'is not in the base'],
  ])('%s', async (_what, wrong, sentence) => {
    const stage = await openStage()
    const good = await order(stage, { 'ok.js': '1\n' })
    const asked = { ...good, changes: { ...good.changes, files: [wrong] } }
    const sent = stage.calls.length
    const put = await stage.forge.writer.putBranch(asked)
    expect(put).toMatchObject({ result: 'refused', reason: expect.stringContaining(sentence) })
    expect(
      stage.calls.slice(sent).filter(({ method, path }) => method !== 'GET' && !path.startsWith('/app/')),
    ).toEqual([])
    expect(await head(stage)).toBeUndefined()
  })

  test('for a symlink that leads out of the repository', async () => {
    const stage = await openStage()
    for (const target of ['../../etc/passwd', '/etc/passwd', '.git/config']) {
      const asked = await order(stage, { link: { mode: '120000', content: target } })
      expect(await stage.forge.writer.putBranch(asked)).toMatchObject({ result: 'refused' })
    }
  })

  test('for another base than its parent, and for nothing at all', async () => {
    const stage = await openStage()
    const asked = await order(stage, { 'a.js': '1\n' })
    const other = await stage.push('other', { b: '1\n' })
    expect(await stage.forge.writer.putBranch({ ...asked, parent: other })).toMatchObject({
      result: 'refused',
    })
    const empty = { ...asked, changes: { ...asked.changes, files: [] } }
    expect(await stage.forge.writer.putBranch(empty)).toMatchObject({ result: 'refused' })
  })

  test('for a branch that GitHub does not let us write, in its words', async () => {
    const stage = await openStage()
    protect(stage.repository, { branch: BRANCH, locked: true })
    const put = await stage.forge.writer.putBranch(await order(stage, { 'a.js': '1\n' }))
    expect(put).toEqual({ result: 'refused', reason: 'Cannot change this locked branch' })
  })
})

describe('whoever is faster', () => {
  test('keeps the branch: a push between the look and the write is not overwritten', async () => {
    const stage = await openStage()
    const first = await stage.forge.writer.putBranch(await order(stage, { 'a.js': '1\n' }))
    if (first.result !== 'created') throw new Error(first.result)
    const next = { ...(await order(stage, { 'a.js': '2\n' }, first.head)), expectedHead: first.head }
    stage.loopback.faults.add({ on: 'git/get-ref', nth: 2, fault: { kind: 'stale' } })
    await stage.forge.reader.branch(BRANCH)
    const theirs = await stage.push(BRANCH, { 'theirs.js': '1\n' })
    // what it looks at is what was there before
    const put = await stage.forge.writer.putBranch(next)
    expect(stage.loopback.faults.struck()).toEqual({ stale: 1 })
    expect(put).toEqual({ result: 'head_moved', head: theirs })
    expect(await head(stage)).toBe(theirs)
  })

  test('keeps it where it was put back, although our commit would only follow', async () => {
    const stage = await openStage()
    const first = await stage.forge.writer.putBranch(await order(stage, { 'a.js': '1\n' }))
    if (first.result !== 'created') throw new Error(first.result)
    const main = await stage.main()
    await stage.repository.git.updateRef({ name: `refs/heads/${BRANCH}`, to: main, force: true })
    const next = { ...(await order(stage, { 'a.js': '2\n' }, first.head)), expectedHead: first.head }
    expect(await stage.forge.writer.putBranch(next)).toEqual({ result: 'head_moved', head: main })
    expect(await head(stage)).toBe(main)
  })

  test('keeps it, also with the same files in a commit that says something else', async () => {
    const stage = await openStage()
    const theirs = await stage.push(BRANCH, { 'a.js': '1\n' }, { message: 'Mine [skip ci]' })
    const asked = await order(stage, { 'a.js': '1\n' })
    expect(await stage.forge.writer.putBranch(asked)).toEqual({ result: 'head_moved', head: theirs })
    const same = { ...asked, message: 'Mine [skip ci]' }
    expect(await stage.forge.writer.putBranch(same)).toMatchObject({ result: 'unchanged', head: theirs })
  })

  test('of two processes with the same change wins, and the other finds it', async () => {
    const stage = await openStage()
    const asked = await order(stage, { 'a.js': '1\n' })
    const both = await Promise.all([stage.forge.writer.putBranch(asked), stage.forge.writer.putBranch(asked)])
    expect(both.map(({ result }) => result).toSorted()).toEqual(['created', 'unchanged'])
    const sha = await head(stage)
    expect(both.map((put) => 'head' in put && put.head)).toEqual([sha, sha])
  })

  test.each([
    ['git/get-ref', 1],
    ['git/get-commit', 1],
    ['git/get-tree', 1],
    ['git/create-blob', 1],
    ['git/create-tree', 1],
    ['git/create-commit', 1],
    ['git/create-ref', 1],
  ])('and a failure of %s leaves one commit after the same call', async (on, times) => {
    const stage = await openStage()
    const asked = await order(stage, { 'a.js': '1\n', 'b.bin': new Uint8Array([0, 255]) })
    for (const fault of [
      { kind: 'status', status: 503 },
      { kind: 'status', status: 502, when: 'after' },
      { kind: 'cut' },
      { kind: 'malformed' },
    ] as const) {
      stage.strike(on, fault, times)
      await stage.forge.writer.putBranch(asked).catch(() => undefined)
    }
    const put = await stage.forge.writer.putBranch(asked)
    expect(put).toMatchObject({ tree: asked.changes.tree })
    const log = await stage.repository.git.log({
      from: (await head(stage)) ?? '',
      exclude: asked.parent,
      max: 9,
    })
    expect(log).toHaveLength(1)
  })

  test('a ref that cannot be seen yet is found by GitHub’s own refusal', async () => {
    const stage = await openStage()
    const asked = await order(stage, { 'a.js': '1\n' })
    stage.strike('git/get-ref', { kind: 'stale' })
    const first = await stage.forge.writer.putBranch(asked)
    expect(first).toMatchObject({ result: 'created' })
    stage.strike('git/get-ref', { kind: 'stale' })
    expect(await stage.forge.writer.putBranch(asked)).toEqual({ ...first, result: 'unchanged' })
  })
})

describe('a ref of ours', () => {
  const ref = 'refs/autopilot/tasks/t-1'
  const files = new Map([
    ['envelope.json', '{"a":"ünd"}'],
    ['odd.txt', '\ufeffx\r\n\u0001'],
  ])

  test('holds the files by their bytes, in a commit without parent', async () => {
    const stage = await openStage()
    const { commit } = await stage.forge.writer.putRef({ ref, files, message: 'Envelope' })
    expect(await stage.repository.git.resolve(ref)).toBe(commit)
    expect((await stage.repository.git.commit(commit))?.parents).toEqual([])
    for (const [path, text] of files) {
      expect(contentOf(await stage.repository.git.blobAt(commit, path)).toString('utf8')).toBe(text)
    }
  })

  test('moves by force, also where it could not be seen yet, and never where people push', async () => {
    const stage = await openStage()
    const { writer } = stage.forge
    await writer.putRef({ ref, files, message: 'Envelope' })
    const other = new Map([['envelope.json', '{}']])
    stage.strike('git/get-ref', { kind: 'stale' })
    const { commit } = await writer.putRef({ ref, files: other, message: 'Envelope' })
    expect(await stage.repository.git.resolve(ref)).toBe(commit)
    for (const wrong of ['refs/heads/main', 'refs/tags/v1', 'autopilot/x']) {
      await expect(writer.putRef({ ref: wrong, files, message: 'x' })).rejects.toThrow(TypeError)
    }
  })

  test('is deleted once, and one that may not be deleted is a failure', async () => {
    const stage = await openStage()
    const { writer } = stage.forge
    await writer.putRef({ ref, files, message: 'Envelope' })
    stage.strike('git/delete-ref', { kind: 'status', status: 502, when: 'after' })
    expect(await failureOf(writer.deleteRef(ref))).toMatchObject({ code: 'unavailable' })
    await writer.deleteRef(ref)
    expect(await stage.repository.git.resolve(ref)).toBeUndefined()
    expect(await failureOf(writer.deleteRef('refs/heads/main'))).toMatchObject({
      code: 'invalid',
      operation: 'git/delete-ref',
    })
  })
})
