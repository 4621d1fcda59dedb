// Where a new pull request is opened beside one that is there: both pages say so, and nobody's branch is pushed to.
import { expect, test } from 'vitest'
import { tinyStory } from '../../theatre/quick.ts'
import { WAITS } from '../../theatre/waits.ts'
import { expectSound, labelled, LONG, usual } from './quick-page.ts'

test(
  'asked again after an abort, a new pull request is opened, and both say which replaces which; the old one stays as it is',
  async () => {
    const stage = await labelled(usual, WAITS)
    const { ana, at, number } = stage
    const bob = stage.person('bob', 'write')
    const pulls = async () => (await ana.rest.pulls.list({ ...at, state: 'open', direction: 'asc' })).data
    const [old] = await pulls()
    if (old === undefined) throw new Error(await stage.status())
    await stage.say(number, '/abort')
    await stage.settle()
    const review = { pull_number: old.number, event: 'REQUEST_CHANGES' as const, body: 'Not like this.' }
    await bob.rest.pulls.createReview({ ...at, ...review })
    await stage.settle()
    expect(await stage.state(number)).toMatchObject({ closed: { result: 'aborted' } })

    await stage.say(old.number, '/retry')
    await stage.settle()
    const [former, fresh] = await pulls()
    expect(former).toMatchObject({ number: old.number, head: { sha: old.head.sha } })
    expect(fresh?.base.ref, stage.log()).toBe('main')
    expect(fresh?.head.ref).not.toBe(old.head.ref)
    expect(await stage.status()).toContain(`#${fresh?.number ?? 0}`)
    const there = (await stage.said(old.number)).join('\n\n')
    expect(there).toContain('Another pull request replaces this one')
    expect(there).toContain(fresh?.html_url)
    expect(there).toContain('Close this one')
    const here = (await stage.said(fresh?.number ?? 0)).join('\n\n')
    expect(here).toContain('This pull request replaces another one, which is still open')
    expect(here).toContain(old.html_url)
    expect(here).toContain(old.head.ref)
    await expectSound(stage)
  },
  LONG,
)

test(
  'a task on the pull request of a person is proposed to the branch of that person, which is never pushed to',
  async () => {
    const stage = await labelled(usual, { files: { '.github/workflows/autopilot.yml': null } })
    const { ana, at } = stage
    await stage.say(stage.number, '/abort')
    await stage.settle()
    const workflow = Buffer.from((await tinyStory()).files['.github/workflows/autopilot.yml'] ?? '')
    const file = {
      path: '.github/workflows/autopilot.yml',
      message: 'w',
      content: workflow.toString('base64'),
    }
    const { data: main } = await ana.rest.repos.createOrUpdateFileContents({ ...at, ...file })
    await ana.rest.git.createRef({ ...at, ref: 'refs/heads/mine', sha: main.commit.sha ?? '' })
    const content = Buffer.from('mine\n').toString('base64')
    const own = { path: 'NOTES.md', branch: 'mine', message: 'mine', content }
    const { data: head } = await ana.rest.repos.createOrUpdateFileContents({ ...at, ...own })
    const { data: theirs } = await ana.rest.pulls.create({ ...at, title: 'Mine', head: 'mine', base: 'main' })
    await stage.settle()
    await stage.say(theirs.number, `/autopilot ${(await tinyStory()).issue.body}`)
    await stage.settle()
    const { data: open } = await ana.rest.pulls.list({ ...at, state: 'open', base: 'mine' })
    const [made] = open
    expect(made?.head.ref, `${(await stage.said(theirs.number)).join()}\n${stage.log()}`).toMatch(
      /^autopilot\//,
    )
    const { data: mine } = await ana.rest.git.getRef({ ...at, ref: 'heads/mine' })
    expect(mine.object.sha).toBe(head.commit.sha)
    const said = (await stage.said(theirs.number)).join('\n\n')
    expect(said).toContain('The change is proposed to mine in a pull request of its own')
    expect(said).toContain('Autopilot does not push to the branch of a person')
    expect(said).toContain(made?.html_url)
    const state = await stage.state(theirs.number)
    expect(state).toMatchObject({ decided: { decision: 'deny' }, merged: null })

    await ana.rest.pulls.merge({ ...at, pull_number: made?.number ?? 0 })
    await stage.settle()
    expect(await stage.state(theirs.number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
    expect((await stage.said(theirs.number)).join('\n\n')).toContain('is merged')
    await expectSound(stage)
  },
  LONG,
)
