import { request } from 'node:http'
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { childrenOf, commitFiles, fsck, git, person, writeFiles } from './fixture.ts'
import { parseBasic, parseGitRoute } from './http-route.ts'
import type { RefChange } from './refs.ts'
import { cloned, commitAll, served } from './served.ts'

test('git clones what the store holds, with protocol 2', async () => {
  const { repository, url } = await served()
  const sha = await commitFiles(repository, 'main', { 'src/a b': 'text\n' })
  const folder = await cloned(url)
  expect(await git(folder, 'rev-parse', 'HEAD')).toBe(sha)
  const traced = await person(folder, '-c', 'protocol.version=2', 'ls-remote', url)
  expect(traced.out).toBe(`${sha}\tHEAD\n${sha}\trefs/heads/main`)
  const answer = await fetch(`${url.replace(/x-.*@/, '')}/info/refs?service=git-upload-pack`, {
    headers: { authorization: basic('writer'), 'git-protocol': 'version=2' },
  })
  expect(await answer.text()).toContain('version 2')
})

test('an empty repository is cloned, and its first push makes the default branch', async () => {
  const changes: RefChange[] = []
  const { repository, url } = await served({}, (pushed, pusher) => {
    expect(pusher).toBe('ana')
    changes.push(...pushed)
  })
  const folder = await cloned(url)
  await writeFiles(folder, { a: '1\n' })
  const sha = await commitAll(folder)
  await git(folder, 'push', '-q', 'origin', 'HEAD:main')
  expect(await repository.resolve('HEAD')).toBe(sha)
  expect(changes).toEqual([
    {
      ref: 'refs/heads/main',
      before: '0'.repeat(40),
      after: sha,
      created: true,
      deleted: false,
      forced: false,
    },
  ])
})

test('each ref that a push made, moved, forced or deleted is told, before the client hears that it is done', async () => {
  const told: string[] = []
  let finished = false
  const { repository, url } = await served({}, async (changes, _pusher, pushed) => {
    await pushed.syncPullRef({ number: 1, head: (await pushed.resolve('forced')) ?? '' })
    for (const { ref, created, deleted, forced } of changes) {
      told.push(`${ref} ${created ? 'created' : ''}${deleted ? 'deleted' : ''}${forced ? 'forced' : ''}`)
    }
    finished = true
  })
  const base = await commitFiles(repository, 'main', { a: '1\n' })
  for (const branch of ['forced', 'gone']) await commitFiles(repository, branch, { b: '1\n' }, { from: base })
  const folder = await cloned(url)
  await git(folder, 'tag', '-a', '-m', 'first', 'v1')
  await writeFiles(folder, { a: '2\n' })
  const sha = await commitAll(folder)
  await git(folder, 'push', '-q', 'origin', 'main', '+main:forced', ':gone', 'main:fresh', 'v1')
  expect(finished).toBe(true)
  expect(told).toEqual([
    'refs/heads/forced forced',
    'refs/heads/fresh created',
    'refs/heads/gone deleted',
    'refs/heads/main ',
    'refs/tags/v1 created',
  ])
  expect((await repository.ref('refs/pull/1/head'))?.sha).toBe(sha)
  expect(await repository.ref('refs/tags/v1')).toMatchObject({ type: 'tag' })
})

test('when whoever is told fails, the client hears of an error, and the next push is told as usual', async () => {
  let failing = true
  const { repository, url } = await served({}, () => {
    if (failing) throw new Error('no')
  })
  const folder = await cloned(url)
  const sha = await commitAll(folder)
  expect((await person(folder, 'push', 'origin', 'HEAD:main')).err).toContain('HTTP 500')
  expect(await repository.resolve('main')).toBe(sha)
  failing = false
  await git(folder, 'push', '-q', 'origin', 'HEAD:next')
})

test('a push that changes nothing tells nobody', async () => {
  let told = 0
  const { repository, url } = await served({}, () => void told++)
  await commitFiles(repository, 'main', { a: '1\n' })
  const folder = await cloned(url)
  expect((await person(folder, 'push', 'origin', 'main')).err).toContain('Everything up-to-date')
  expect(told).toBe(0)
})

test('a push from a stale clone is refused, and so is a lease on what is no longer there', async () => {
  const { repository, url } = await served()
  const base = await commitFiles(repository, 'main', { a: '1\n' })
  const folder = await cloned(url)
  const theirs = await commitFiles(repository, 'main', { a: '2\n' })
  await writeFiles(folder, { a: '3\n' })
  const mine = await commitAll(folder)
  expect((await person(folder, 'push', 'origin', 'main')).err).toContain(
    '! [rejected]        main -> main (fetch first)',
  )
  const lease = await person(folder, 'push', `--force-with-lease=main:${base}`, 'origin', 'main')
  expect(lease.err).toContain('(stale info)')
  expect(await repository.resolve('main')).toBe(theirs)
  await git(folder, 'push', '-q', `--force-with-lease=main:${theirs}`, 'origin', 'main')
  expect(await repository.resolve('main')).toBe(mine)
})

test('of two pushes to one branch at once, exactly one wins', async () => {
  const told: string[] = []
  const { repository, url } = await served(
    {},
    (changes) => void told.push(...changes.map((change) => change.after)),
  )
  await commitFiles(repository, 'main', { a: '1\n' })
  const folders = await Promise.all([cloned(url), cloned(url)])
  const shas = await Promise.all(
    folders.map(async (folder, index) => {
      await writeFiles(folder, { [`file ${index}`]: 'x\n' })
      return commitAll(folder)
    }),
  )
  const said = await Promise.all(folders.map((folder) => person(folder, 'push', 'origin', 'main')))
  const winners = shas.filter((_, index) => said[index]?.code === 0)
  expect(winners).toHaveLength(1)
  expect(await repository.resolve('main')).toBe(winners[0])
  expect(told).toEqual(winners)
})

test('five hundred files are pushed in one go', async () => {
  const { repository, url } = await served()
  const folder = await cloned(url)
  await writeFiles(
    folder,
    Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`d${index % 20}/f${index}`, `file ${index}\n`]),
    ),
  )
  const sha = await commitAll(folder)
  await git(folder, 'push', '-q', 'origin', 'HEAD:main')
  expect((await repository.tree(sha, { recursive: true }))?.entries).toHaveLength(520)
  expect(await fsck(repository)).toBe('')
})

test('a push larger than the buffer of the client comes through in pieces', async () => {
  const { repository, url } = await served()
  const folder = await cloned(url)
  await writeFiles(folder, { large: randomBytes(6_000_000).toString('base64') })
  const sha = await commitAll(folder)
  await git(folder, '-c', 'http.postBuffer=65536', 'push', '-q', 'origin', 'HEAD:main')
  expect(await repository.resolve('main')).toBe(sha)
})

test('a deep history is fetched shallow, and without blobs until they are needed', async () => {
  const { repository, url } = await served()
  let sha = ''
  for (let index = 0; index < 60; index += 1) sha = await commitFiles(repository, 'main', { a: `${index}\n` })
  const shallow = await cloned(url, '--depth', '1')
  expect(await git(shallow, 'rev-list', '--count', 'HEAD')).toBe('1')
  const partial = await cloned(url, '--filter=blob:none')
  expect(await git(partial, 'rev-list', '--count', 'HEAD')).toBe('60')
  const missing = await git(partial, 'rev-list', '--objects', '--missing=print', 'HEAD')
  expect(missing.match(/^\?/gm)).toHaveLength(59)
  expect(await git(partial, 'show', 'HEAD~30:a')).toBe('29')
  await git(
    shallow,
    'fetch',
    '-q',
    '--depth',
    '1',
    'origin',
    (await repository.commit(sha))?.parents[0] ?? '',
  )
})

test('a pull request is fetched by its number, and a renamed repository by its new name', async () => {
  const { repository, store, urlWith } = await served()
  const head = await commitFiles(repository, 'main', { a: '1\n' })
  await repository.syncPullRef({ number: 3, head })
  await store.rename('octo/hello', 'octo/renamed')
  const folder = await cloned(urlWith('reader', 'octo/renamed'))
  await git(folder, 'fetch', '-q', 'origin', 'pull/3/head')
  expect(await git(folder, 'rev-parse', 'FETCH_HEAD')).toBe(head)
  const old = await person('/', 'ls-remote', urlWith('reader'))
  expect(old.err).toContain('Repository not found')
})

test('who may not is refused as GitHub refuses: asked for a password, forbidden, or not found', async () => {
  const { repository, urlWith, asked } = await served()
  await commitFiles(repository, 'main', { a: '1\n' })
  expect((await person('/', 'ls-remote', urlWith(undefined))).err).toContain('could not read Username')
  expect((await person('/', 'ls-remote', urlWith('wrong'))).err).toContain('Authentication failed')
  expect((await person('/', 'ls-remote', urlWith('stranger'))).err).toContain('Repository not found')
  const folder = await cloned(urlWith('reader'))
  await commitAll(folder)
  const push = await person(folder, 'push', 'origin', 'main')
  expect(push.err).toContain('remote: Write access to repository not granted.')
  expect(push.err).toContain('error: 403')
  expect(asked.at(-1)).toEqual({
    user: 'x-access-token',
    token: 'reader',
    fullName: 'octo/hello',
    write: true,
  })
})

test('a packed body is unpacked, and one that is not what it says is refused', async () => {
  const { repository, port } = await served()
  const sha = await commitFiles(repository, 'main', { a: '1\n' })
  const want = `0032want ${sha}\n00000009done\n`
  const post = (body: Uint8Array<ArrayBuffer>) =>
    fetch(`http://127.0.0.1:${port}/octo/hello/git-upload-pack`, {
      method: 'POST',
      headers: {
        authorization: basic('reader'),
        'content-encoding': 'gzip',
        'content-type': 'application/x-git-upload-pack-request',
      },
      body,
    })
  const answer = await post(new Uint8Array(gzipSync(want)))
  expect(answer.status).toBe(200)
  expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toContain('PACK')
  expect((await post(new TextEncoder().encode(want))).status).toBe(400)
})

test('what is no smart request is refused, and other paths are left alone', async () => {
  const { port } = await served()
  const status = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: basic('writer') },
    })
    return [answer.status, answer.headers.get('www-authenticate')]
  }
  expect(await status('/octo/hello.git/info/refs')).toEqual([403, null])
  expect(await status('/octo/hello.git/info/refs?service=git-evil')).toEqual([403, null])
  expect(await status('/octo/hello.git/git-receive-pack')).toEqual([405, null])
  expect(await status('/octo/hello.git/git-receive-pack', 'POST')).toEqual([415, null])
  expect(await status('/octo/hello.git/HEAD')).toEqual([418, null])
  expect(await status('/octo/none.git/info/refs?service=git-upload-pack')).toEqual([404, null])
  const anonymous = await fetch(`http://127.0.0.1:${port}/octo/hello/info/refs?service=git-upload-pack`)
  expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="GitHub"'])
})

test('a client that leaves in the middle of its push leaves nothing behind, and the next one is served', async () => {
  const { repository, url, port, asked } = await served()
  const backends = async () => (await childrenOf()).filter((line) => /^git\0.*http-backend/.test(line))
  const folder = await cloned(url)
  await writeFiles(folder, { a: '1\n' })
  const sha = await commitAll(folder)
  const leaving = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/octo/hello.git/git-receive-pack',
    headers: { authorization: basic('writer'), 'content-type': 'application/x-git-receive-pack-request' },
  })
  leaving.on('error', () => undefined)
  leaving.write(`0077${'0'.repeat(40)} ${sha} refs/heads/main\0 report-status`)
  await expect.poll(backends).toHaveLength(1)
  expect(asked.at(-1)?.write).toBe(true)
  // A push that has not ended keeps no other writer waiting.
  await repository.setDefaultBranch('main')
  leaving.destroy()
  await expect.poll(backends).toEqual([])
  await git(folder, 'push', '-q', 'origin', 'HEAD:main')
  expect(await repository.resolve('main')).toBe(sha)
})

test('credentials are read whatever the case of the scheme', () => {
  const encoded = Buffer.from('user:to:ken').toString('base64')
  for (const scheme of ['Basic', 'basic', 'BASIC']) {
    expect(parseBasic(`${scheme} ${encoded}`)).toEqual({ user: 'user', token: 'to:ken' })
  }
  expect(parseBasic(`Bearer ${encoded}`)).toBeUndefined()
  expect(parseGitRoute('/octo/a.b.git/git-upload-pack', '')?.fullName).toBe('octo/a.b')
  expect(parseGitRoute('/octo/../x/git-upload-pack', '')).toBeUndefined()
})

function basic(token: string): string {
  return `basic ${Buffer.from(`x:${token}`).toString('base64')}`
}
