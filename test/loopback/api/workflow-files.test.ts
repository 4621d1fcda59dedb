// Owns what shows that files in `.github/workflows` are written only with `workflows: write`, by whatever way.
import { describe, expect, it } from 'vitest'
import { AT, WORKFLOW, commitOn, gitArena, headOf, refusal } from './git-arena.ts'

const REFUSED = { status: 403, message: 'Resource not accessible by integration' }
const content = Buffer.from('on: pull_request\n').toString('base64')

async function furnished() {
  const arena = await gitArena()
  const { repository } = arena
  const main = await headOf(repository)
  const head = await repository.git.commit(main)
  const changed = await commitOn(repository, undefined, { [WORKFLOW]: 'on: pull_request\n' }, { from: main })
  return { ...arena, main, tree: head?.tree ?? '', changed }
}

describe('workflow files', () => {
  it('contents of a workflow file are neither written nor deleted without the permission', async () => {
    const { bot, repository, main, octokit, tokenWith, ana } = await furnished()
    const sha = (await repository.git.blobAt(main, WORKFLOW))?.sha ?? ''
    const put = { ...AT, path: WORKFLOW, message: 'x', content, sha }
    expect(await refusal(bot.rest.repos.createOrUpdateFileContents(put))).toEqual(REFUSED)
    expect(await refusal(bot.rest.repos.deleteFile({ ...AT, path: WORKFLOW, message: 'x', sha }))).toEqual(
      REFUSED,
    )
    expect(await headOf(repository)).toBe(main)
    const able = octokit(tokenWith({ contents: 'write', workflows: 'write' }))
    const { data } = await able.rest.repos.createOrUpdateFileContents(put)
    const again = { ...put, sha: data.content?.sha ?? '', message: 'y' }
    expect((await ana.rest.repos.createOrUpdateFileContents(again)).status).toBe(200)
  })

  it('a tree that adds, changes or deletes one is refused, one that keeps them is not', async () => {
    const { bot, repository, tree: base_tree } = await furnished()
    const make = (entry: object, more: object = { base_tree }) =>
      bot.rest.git.createTree({ ...AT, ...more, tree: [{ mode: '100644', type: 'blob', ...entry }] })
    expect(await refusal(make({ path: WORKFLOW, content: 'x' }))).toEqual(REFUSED)
    expect(await refusal(make({ path: WORKFLOW, sha: null }))).toEqual(REFUSED)
    expect(await refusal(make({ path: '.github/workflows/new.yml', content: 'x' }))).toEqual(REFUSED)
    expect(await refusal(make({ path: '.github/workflows/new.yml', content: 'x' }, {}))).toEqual(REFUSED)
    const { data: bare } = await make({ path: 'workflows/new.yml', content: 'x' }, {})
    const nested = { path: '.github', mode: '040000', type: 'tree', sha: bare.sha }
    expect(await refusal(make(nested))).toEqual(REFUSED)
    const { data: fine } = await make({ path: '.github/CODEOWNERS', content: '* @ana\n' })
    expect((await repository.git.blobAt(fine.sha, WORKFLOW))?.kind).toBe('file')
  })

  it('a commit whose tree differs from all its parents there is refused', async () => {
    const { bot, repository, main, changed, ana } = await furnished()
    const tree = (await repository.git.commit(changed))?.tree ?? ''
    const make = { ...AT, message: 'x', tree, parents: [main] }
    expect(await refusal(bot.rest.git.createCommit(make))).toEqual(REFUSED)
    expect(await refusal(bot.rest.git.createCommit({ ...make, parents: [] }))).toEqual(REFUSED)
    expect((await bot.rest.git.createCommit({ ...make, parents: [main, changed] })).status).toBe(201)
    expect((await ana.rest.git.createCommit(make)).status).toBe(201)
  })

  it('a reference is not moved to a commit that brings one in, unless a branch has it already', async () => {
    const { bot, repository, main, changed } = await furnished()
    const made = { ...AT, ref: 'refs/heads/topic', sha: changed }
    expect(await refusal(bot.rest.git.createRef(made))).toEqual(REFUSED)
    expect(await refusal(bot.rest.git.updateRef({ ...AT, ref: 'heads/main', sha: changed }))).toEqual(REFUSED)
    expect(await headOf(repository)).toBe(main)
    await repository.git.updateRef({ name: 'refs/heads/elsewhere', to: changed })
    expect((await bot.rest.git.createRef(made)).status).toBe(201)
  })

  it('a job token can never write one', async () => {
    const { octokit, loopback, repository, main } = await furnished()
    const actor = [...loopback.forge.world.accounts.values()].find(({ login }) => login === 'ana')
    if (actor === undefined) throw new Error('ana is gone')
    const { token } = loopback.jobToken(repository, { contents: 'write' }, { runId: 1, actor })
    const sha = (await repository.git.blobAt(main, WORKFLOW))?.sha ?? ''
    const put = octokit(token).rest.repos.createOrUpdateFileContents({
      ...AT,
      path: WORKFLOW,
      message: 'x',
      content,
      sha,
    })
    expect(await refusal(put)).toEqual(REFUSED)
  })
})
