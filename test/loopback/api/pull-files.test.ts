// Owns where the lists of a pull request are shown to end.
import { expect, it } from 'vitest'
import { afterPush } from '../pushes.ts'
import { ZERO_SHA } from '../git/names.ts'
import { identityOf } from '../identity.ts'
import type { Acme } from '../pulls-fixture.ts'
import { at, openAcme, refusal } from '../pulls-fixture.ts'

async function branch(acme: Acme, name: string, head: string): Promise<void> {
  const ref = `refs/heads/${name}`
  await acme.repository.git.updateRef({ name: ref, to: head })
  const pusher = { sender: acme.accounts.ben, via: undefined, byJob: true }
  const change = { ref, before: ZERO_SHA, after: head, forced: false }
  await afterPush(acme.loopback.forge, acme.repository, [change], pusher)
}

it('list-files gives at most 3,000 files, 30 a page by default, and nothing tells that it was cut', async () => {
  const acme = await openAcme()
  const { git } = acme.repository
  const main = (await git.ref('refs/heads/main'))!.sha
  const sha = await git.writeBlob('x\n')
  const entries = Array.from({ length: 3001 }, (_, at) => ({ path: `many/${at}.txt`, mode: '100644', sha }))
  const tree = await git.writeTree({ base: main, entries })
  if (!tree.ok) throw new Error(tree.reason)
  const author = identityOf(acme.loopback.forge, acme.accounts.ben)
  const commit = { tree: tree.sha, parents: [main], author, committer: author, message: 'Many' }
  const made = await git.writeCommit(commit)
  if (!made.ok) throw new Error(made.reason)
  await branch(acme, 'many', made.sha)
  const { data } = await acme.ben.rest.pulls.create({ ...at, head: 'many', base: 'main', title: 'Many' })
  expect(data.changed_files).toBe(3001)
  const first = await acme.ana.rest.pulls.listFiles({ ...at, pull_number: 1 })
  expect([first.data.length, first.headers.link]).toEqual([
    30,
    expect.stringContaining('page=100>; rel="last"'),
  ])
  const last = await acme.ana.rest.pulls.listFiles({ ...at, pull_number: 1, per_page: 100, page: 31 })
  expect(last.data).toEqual([])
  const diff = acme.ana.rest.pulls.get({ ...at, pull_number: 1, mediaType: { format: 'diff' } })
  expect((await refusal(diff)).status).toBe(406)
})

it('list-commits gives at most 250 commits, while commits of the pull request counts all', async () => {
  const acme = await openAcme()
  const { git } = acme.repository
  let head = (await git.ref('refs/heads/main'))!.sha
  const tree = (await git.commit(head))!.tree
  const author = identityOf(acme.loopback.forge, acme.accounts.ben)
  for (let at = 0; at < 251; at++) {
    const made = await git.writeCommit({
      tree,
      parents: [head],
      author,
      committer: author,
      message: `Step ${at}`,
    })
    if (!made.ok) throw new Error(made.reason)
    head = made.sha
  }
  await git.updateRef({ name: 'refs/heads/long', to: head })
  const { data } = await acme.ben.rest.pulls.create({ ...at, head: 'long', base: 'main', title: 'Long' })
  expect(data.commits).toBe(251)
  const ask = { ...at, pull_number: 1, per_page: 100, page: 3 }
  const { data: listed } = await acme.ana.rest.pulls.listCommits(ask)
  expect([listed.length, listed.at(-1)?.commit.message]).toEqual([50, 'Step 249'])
})

it('a large or binary file has no patch', async () => {
  const acme = await openAcme()
  const { number } = await acme.propose('feature', {
    'large.txt': 'line\n'.repeat(120_000),
    'a.bin': '\0\u0001',
  })
  const { data } = await acme.ana.rest.pulls.listFiles({ ...at, pull_number: number })
  expect(data.map(({ filename, patch }) => [filename, patch])).toEqual([
    ['a.bin', undefined],
    ['large.txt', undefined],
  ])
  expect(data[1]?.additions).toBe(120_000)
})
