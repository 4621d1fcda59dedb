// What a policy looks at: complete, of one head, and fail-closed where GitHub tells of different moments.
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import type { Stage } from './stage.ts'
import { failureOf, openStage } from './stage.ts'
import { PullFacts } from '../../../src/contracts/pull-facts.ts'
import { at } from '../../loopback/pulls-fixture.ts'

async function facts({ forge }: Stage, number: number): Promise<PullFacts> {
  const read = await forge.reader.facts(number)
  return PullFacts.parse(read)
}

/** By git itself, in one process. */
async function importCommits(folder: string, branch: string, count: number): Promise<void> {
  const commits = Array.from({ length: count }, (_, n) => {
    const from = n === 0 ? `from refs/heads/${branch}^0\n` : ''
    const head = `commit refs/heads/${branch}\ncommitter Ben <ben@example.test> ${1_790_000_000 + n} +0000\n`
    return `${head}data 1\n${n % 10}\n${from}M 100644 inline more\ndata 1\n${n % 10}\n`
  })
  await execa('git', ['--git-dir', folder, 'fast-import', '--quiet'], { input: commits.join('') })
}

describe('the facts of a pull request', () => {
  test('cost three requests at a new head, one while it stands, and four once it moved', async () => {
    const stage = await openStage()
    const { number } = await stage.proposed()
    const read = () => facts(stage, number)
    const lists = { 'pulls/list-commits': 1, 'pulls/list-files': 1 }
    expect(await stage.counted(read)).toMatchObject({ ...lists, 'graphql PullFacts': 1 })
    expect(await stage.counted(read)).toEqual({ 'graphql PullFacts': 1 })
    const head = await stage.push('autopilot/t-1', { more: '1\n' })
    expect(await stage.counted(read)).toEqual({ ...lists, 'graphql PullFacts': 2 })
    expect(await read()).toMatchObject({
      head: { sha: head },
      files: [{ path: 'more' }, { path: 'src/sum.js' }],
    })
    // the base moved: what the pull request changes may be something else now
    await stage.push('main', { other: '1\n' })
    expect(await stage.counted(read)).toEqual({ ...lists, 'graphql PullFacts': 2 })
    expect((await read()).base).toEqual({ ref: 'main', sha: await stage.main() })
  })

  test('tell both paths of a rename, what is binary, and who may write', async () => {
    const stage = await openStage()
    const parent = await stage.main()
    const put = await stage.forge.writer.putBranch({
      branch: 'autopilot/t-2',
      parent,
      expectedHead: null,
      message: 'Move it',
      changes: await stage.change(parent, {
        'src/sum.js': null,
        'lib/sum.js': 'one\ntwo\nthree\nfour\nfive\n',
        'logo.png': new Uint8Array([137, 80, 255, 0]),
        'README.md': null,
      }),
    })
    expect(put).toMatchObject({ result: 'created' })
    const made = await stage.forge.writer.putPull({
      branch: 'autopilot/t-2',
      base: 'main',
      title: 'x',
      body: '',
      draft: true,
    })
    if (made.result === 'refused') throw new Error(made.reason)
    const { number } = made.pull
    const on = { ...at, pull_number: number }
    await stage.eve.rest.pulls.createReview({ ...on, event: 'APPROVE' })
    await stage.ben.rest.pulls.createReview({ ...on, event: 'REQUEST_CHANGES', body: 'No.' })
    await stage.cleo.rest.pulls.createReview({ ...on, body: 'not yet sent' })
    await stage.ben.rest.issues.addLabels({ ...at, issue_number: number, labels: ['bug'] })
    const read = await facts(stage, number)
    expect(read.files.map((file) => [file.path, file.previous_path, file.status, file.binary])).toEqual([
      ['README.md', null, 'removed', false],
      ['lib/sum.js', 'src/sum.js', 'renamed', false],
      ['logo.png', null, 'added', true],
    ])
    expect(read.reviews.map((one) => [one.author.login, one.state, one.may_write])).toEqual([
      ['eve', 'approved', false],
      ['ben', 'changes_requested', true],
    ])
    expect(read.author).toEqual({
      login: 'autopilot[bot]',
      id: stage.own.bot.id,
      kind: 'bot',
      app_id: stage.own.id,
    })
    expect(read).toMatchObject({ draft: true, labels: ['bug'], fork: false, in_merge_queue: false })
    expect(read.commits).toMatchObject([{ verified: true, author: { app_id: stage.own.id }, parents: 1 }])
    expect(read.head.tree).toBe(put.result === 'created' ? put.tree : '')
  })

  test('tell a check of ours from one of the same name by somebody else, and a status from both', async () => {
    const stage = await openStage()
    const { number, head } = await stage.proposed()
    const output = { title: 'x', summary: 'x', annotations: [] }
    const check = {
      head,
      name: 'policy',
      key: 'k',
      status: 'completed',
      conclusion: 'failure',
      output,
    } as const
    await stage.forge.writer.putCheck(check)
    await stage.bot.rest.checks.create({ ...at, head_sha: head, name: 'policy', conclusion: 'success' })
    await stage.bot.rest.checks.create({ ...at, head_sha: head, name: 'slow', status: 'in_progress' })
    await stage.ben.rest.repos.createCommitStatus({ ...at, sha: head, context: 'policy', state: 'success' })
    await stage.ben.rest.repos.createCommitStatus({ ...at, sha: head, context: 'later', state: 'pending' })
    const { checks } = await facts(stage, number)
    const shown = checks.map((one) => [one.kind, one.name, one.app_id, one.status, one.conclusion])
    expect(shown).toHaveLength(5)
    expect(shown).toContainEqual(['check', 'policy', stage.own.id, 'completed', 'failure'])
    expect(shown).toContainEqual(['check', 'policy', stage.app.id, 'completed', 'success'])
    expect(shown).toContainEqual(['check', 'slow', stage.app.id, 'in_progress', null])
    expect(shown).toContainEqual(['status', 'policy', null, 'completed', 'success'])
    expect(shown).toContainEqual(['status', 'later', null, 'queued', null])
    expect(await stage.forge.reader.checks(head)).toEqual(checks)
  })

  test('of a fork say so, and tell somebody who is gone as ghost', async () => {
    const stage = await openStage()
    const fork = await stage.loopback.repository({ owner: 'eve', name: 'widgets', forkOf: stage.repository })
    await stage.push('fix', { 'src/fix.js': '1\n' }, { on: fork, by: stage.accounts.eve })
    const { data } = await stage.eve.rest.pulls.create({ ...at, title: 'Fix', head: 'eve:fix', base: 'main' })
    expect(await facts(stage, data.number)).toMatchObject({
      fork: true,
      author: { login: 'eve', kind: 'user' },
    })
    await stage.loopback.deleteRepository({ repository: 'eve/widgets', by: 'eve' })
    stage.loopback.deleteUser('eve')
    expect(await facts(stage, data.number)).toMatchObject({ author: { login: 'ghost', id: 10_137 } })
  })

  test('go over every page, and say where GitHub lists no more', async () => {
    const stage = await openStage()
    const { repository, loopback } = stage
    const files = Object.fromEntries(Array.from({ length: 230 }, (_, n) => [`many/${n}.js`, '1\n']))
    const head = await stage.push('many', files)
    const { data } = await stage.ben.rest.pulls.create({ ...at, title: 'Many', head: 'many', base: 'main' })
    const { nextId } = loopback.forge.world
    const [at1, cleo] = [loopback.forge.clock.iso(), stage.accounts.cleo]
    for (let n = 0; n < 101; n++) {
      const review = {
        id: nextId(),
        pull: data.number,
        author: cleo,
        via: undefined,
        body: 'x',
        commitId: head,
      }
      repository.reviews.set(review.id, { ...review, state: 'COMMENTED', submittedAt: at1 })
      const status = { id: nextId(), sha: head, context: `s${n}`, description: null, targetUrl: null }
      repository.statuses.push({ ...status, state: 'success', creator: cleo, createdAt: at1 })
    }
    const read = await facts(stage, data.number)
    expect([read.files.length, read.reviews.length, read.checks.length]).toEqual([230, 101, 101])
    expect([read.files_complete, read.commits_complete]).toEqual([true, true])
    await importCommits(repository.git.folder(), 'many', 249)
    await stage.push('many', { more: 'last\n' })
    const more = await facts(stage, data.number)
    expect([more.commits.length, more.commits_complete]).toEqual([250, false])
  })
})

describe('what was read of different moments', () => {
  test.each(['pulls/list-files', 'pulls/list-commits'])(
    'is read again where %s lags behind',
    async (list) => {
      const stage = await openStage()
      const { number } = await stage.proposed()
      // the first reading is remembered, and given as the answer to the second and third
      stage.loopback.faults.add({ on: list, nth: 2, times: 2, fault: { kind: 'stale' } })
      await facts(stage, number)
      const head = await stage.push('autopilot/t-1', { 'src/sum.js': 'another\n' })
      const read = await facts(stage, number)
      expect(read.head.sha).toBe(head)
      expect(read.commits.at(-1)?.sha).toBe(head)
      expect(read.files).toMatchObject([{ path: 'src/sum.js', added: 1, removed: 5 }])
      expect(stage.loopback.faults.struck()).toEqual({ stale: 2 })
    },
  )

  test('is no answer when it stays so: a list that shows nothing lets nothing pass', async () => {
    const stage = await openStage()
    const { number } = await stage.proposed()
    stage.strike('pulls/list-files', { kind: 'stale' }, 3)
    const failure = await failureOf(stage.forge.reader.facts(number))
    expect(failure).toMatchObject({ code: 'unavailable' })
    expect(failure.message).toBe(`Pull request #${number} changes while it is read.`)
  })
})

test('a conflict is not mergeable, and of what is closed nothing is known', async () => {
  const stage = await openStage()
  const { number } = await stage.proposed()
  expect((await facts(stage, number)).mergeable).not.toBe('no')
  await stage.push('main', { 'src/sum.js': 'quite\nanother\n' })
  await facts(stage, number)
  await stage.loopback.settled()
  expect((await facts(stage, number)).mergeable).toBe('no')
  await stage.ben.rest.pulls.update({ ...at, pull_number: number, state: 'closed' })
  expect(await facts(stage, number)).toMatchObject({ mergeable: 'unknown', state: 'closed' })
})

test('checks of a commit that the repository does not have are a failure, not none', async () => {
  const { forge } = await openStage()
  expect(await failureOf(forge.reader.checks('1'.repeat(40)))).toMatchObject({ code: 'not_found' })
})
