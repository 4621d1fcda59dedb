// Owns what every Forge keeps: one function that runs the contract of ForgeReader, ForgeWriter and Runs against an opener.
import { describe, expect, test } from 'vitest'
import type { Sha } from '../../src/contracts/base.ts'
import { lostAnswers, runsOfWorkflows } from './forge-runs.ts'
import type { ForgeUnderTest } from './forge-under-test.ts'
import { BRANCH, check, order, proposed } from './forge-under-test.ts'

export function forgeContract(name: string, open: () => Promise<ForgeUnderTest>): void {
  describe(`${name} keeps the contract of the forge's ports`, () => {
    test('a change becomes one commit on a new branch, and the same call again finds it', async () => {
      const under = await open()
      const asked = await order(under)
      const put = await under.forge.writer.putBranch(asked)
      expect(put).toMatchObject({ result: 'created', tree: asked.changes.tree })
      if (put.result !== 'created') return
      expect(await under.forge.reader.branch(BRANCH)).toEqual({ ref: BRANCH, sha: put.head })
      expect(await under.forge.reader.readFile('src/new.js', put.head)).toBe('export {}\n')
      expect(await under.forge.reader.snapshot(put.head)).toMatchObject({ tree: put.tree, complete: true })
      expect(await under.forge.writer.putBranch(asked)).toEqual({ ...put, result: 'unchanged' })
      const parent = put.head
      const changes = await under.change(parent, 'src/new.js', null)
      const second = await order(under, { parent, changes, expectedHead: parent, message: 'Take it back' })
      expect(await under.forge.writer.putBranch(second)).toMatchObject({ result: 'updated' })
    })

    test('a branch that somebody moved or made is left as it is', async () => {
      const under = await open()
      const theirs = await under.people.push(BRANCH, 'their.js', '1\n')
      const asked = await order(under)
      expect(await under.forge.writer.putBranch(asked)).toEqual({ result: 'head_moved', head: theirs })
      const stale = { ...asked, expectedHead: asked.parent }
      expect(await under.forge.writer.putBranch(stale)).toEqual({ result: 'head_moved', head: theirs })
      const gone = { ...asked, branch: 'autopilot/t-none', expectedHead: asked.parent }
      expect(await under.forge.writer.putBranch(gone)).toEqual({ result: 'head_moved', head: null })
      expect((await under.forge.reader.branch(BRANCH))?.sha).toBe(theirs)
    })

    test('a change that does not fit its base, or makes another tree than it says, moves nothing', async () => {
      const under = await open()
      const asked = await order(under)
      const [file] = asked.changes.files
      const unfit = {
        ...asked.changes,
        files: [{ ...file!, before: { mode: '100644' as const, blob: asked.parent } }],
      }
      expect(await under.forge.writer.putBranch({ ...asked, changes: unfit })).toMatchObject({
        result: 'refused',
      })
      const other = { ...asked.changes, tree: '1'.repeat(40) }
      expect(await under.forge.writer.putBranch({ ...asked, changes: other })).toEqual({
        result: 'tree_differs',
        tree: asked.changes.tree,
      })
      expect(await under.forge.reader.branch(BRANCH)).toBeUndefined()
    })

    test('one pull request is opened for a branch, edited, made ready and found again', async () => {
      const under = await open()
      const { asked, pull, head } = await proposed(under)
      const { reader, writer, appId } = under.forge
      expect(pull).toMatchObject({
        draft: true,
        state: 'open',
        title: 'Add a file',
        author: { kind: 'bot', app_id: appId },
      })
      expect(pull.head).toEqual({ ref: BRANCH, sha: head, sameRepository: true })
      expect(await writer.putPull(asked)).toMatchObject({ result: 'found', pull: { number: pull.number } })
      await writer.editPull(pull.number, { title: 'Add one file' })
      await writer.markReady(pull)
      await writer.markReady(pull)
      const now = { ...pull, title: 'Add one file', draft: false }
      expect(await reader.pull(pull.number)).toEqual(now)
      expect(await reader.pullFrom(BRANCH)).toEqual(now)
      expect(await writer.putPull({ ...asked, branch: 'main' })).toMatchObject({ result: 'refused' })
    })

    test('facts show a pull request at one head, with who may write and which App checked', async () => {
      const under = await open()
      const { pull, head } = await proposed(under)
      await under.forge.writer.markReady(pull)
      await under.forge.writer.putCheck(check(head))
      await under.people.approve(pull.number)
      const facts = await under.forge.reader.facts(pull.number)
      expect(facts).toMatchObject({
        number: pull.number,
        state: 'open',
        draft: false,
        fork: false,
        head: { ref: BRANCH, sha: head },
        base: { ref: 'main', sha: await under.main() },
        files: [{ path: 'src/new.js', status: 'added', previous_path: null, binary: false }],
        files_complete: true,
        commits: [{ sha: head, parents: 1 }],
        commits_complete: true,
        reviews: [{ state: 'approved', may_write: true, commit: head }],
        in_merge_queue: false,
      })
      const own = {
        kind: 'check',
        name: 'autopilot/quality',
        app_id: under.forge.appId,
        conclusion: 'success',
      }
      expect(facts?.checks).toContainEqual(expect.objectContaining(own))
      expect(await under.forge.reader.checks(head)).toContainEqual(expect.objectContaining(own))
    })

    test('what is not there is undefined, and no failure', async () => {
      const { forge, main } = await open()
      const { reader } = forge
      expect(await reader.branch('none')).toBeUndefined()
      expect(await reader.issue(999)).toBeUndefined()
      expect(await reader.pull(999)).toBeUndefined()
      expect(await reader.facts(999)).toBeUndefined()
      expect(await reader.pullFrom('none')).toBeUndefined()
      expect(await reader.readFile('none', await main())).toBeUndefined()
      expect(await reader.permission('nobody-of-that-name')).toBe('none')
      expect(await forge.runs.observe(999)).toBeUndefined()
      expect(await forge.runs.download(999, 10)).toEqual({ result: 'gone' })
      await forge.runs.cancel(999)
      await forge.writer.deleteRef('refs/autopilot/tasks/none')
    })

    test('a check is found by name, key and commit: written once, changed in place', async () => {
      const under = await open()
      const head = await under.main()
      const { writer, reader } = under.forge
      const first = await writer.putCheck(
        check(head, { status: 'in_progress', conclusion: undefined as never }),
      )
      expect(await writer.putCheck(check(head))).toEqual(first)
      expect(await writer.putCheck(check(head))).toEqual(first)
      const other = await writer.putCheck(check(head, { key: 't-contract/2', conclusion: 'failure' }))
      expect(other.id).not.toBe(first.id)
      const ours = (await reader.checks(head)).filter((one) => one.app_id === under.forge.appId)
      expect(ours.map((one) => one.conclusion)).toContain('failure')
    })

    test('a comment of ours is edited in place, and made anew once somebody deleted it', async () => {
      const under = await open()
      const number = await under.people.issue('Sum is wrong')
      const put = (body: string, at?: number) =>
        under.forge.writer.putComment({ number, key: 'status', body, at })
      const made = await put('Working.')
      expect(await put('Done.')).toEqual(made)
      expect(await put('Done again.', made.id)).toEqual(made)
      await under.people.deleteComment(made.id)
      expect((await put('Anew.', made.id)).id).not.toBe(made.id)
    })

    test('labels and reactions hold however often they are given', async () => {
      const under = await open()
      const number = await under.people.issue('Sum is wrong')
      const comment = await under.people.comment(number, '/autopilot')
      const { writer, reader } = under.forge
      for (let times = 0; times < 2; times++) {
        await writer.addReaction({ comment, content: 'eyes' })
        await writer.addLabel(number, 'autopilot')
      }
      expect(await reader.issue(number)).toMatchObject({
        isPull: false,
        state: 'open',
        labels: ['autopilot'],
      })
      await writer.removeLabel(number, 'autopilot')
      await writer.removeLabel(number, 'autopilot')
      expect((await reader.issue(number))?.labels).toEqual([])
      await under.people.deleteComment(comment)
      await writer.addReaction({ comment, content: '+1' })
    })

    test('a ref of ours holds files in one commit, moves to others, and goes away', async () => {
      const { forge } = await open()
      const ref = 'refs/autopilot/tasks/t-contract'
      const put = (text: string) =>
        forge.writer.putRef({ ref, files: new Map([['envelope.json', text]]), message: 'Envelope' })
      const first = await put('{"a":1}')
      expect(await forge.reader.readFile('envelope.json', first.commit)).toBe('{"a":1}')
      expect(await put('{"a":1}')).toEqual(first)
      const second = await put('{"a":2}')
      expect(second.commit).not.toBe(first.commit)
      await forge.writer.deleteRef(ref)
      await forge.writer.deleteRef(ref)
    })

    test('a merge happens at the expected head only, and the same call again tells of it', async () => {
      const under = await open()
      const { pull, head } = await proposed(under)
      const merge = (expectedHead: Sha) =>
        under.forge.writer.merge({
          number: pull.number,
          expectedHead,
          method: 'squash',
          title: 'Add',
          message: '',
        })
      expect(await merge(head)).toMatchObject({ result: 'refused' })
      await under.forge.writer.markReady(pull)
      expect(await merge(await under.main())).toEqual({ result: 'head_moved', head })
      const merged = await merge(head)
      expect(merged).toEqual({ result: 'merged', commit: await under.main() })
      expect(await merge(head)).toEqual(merged)
      expect((await under.forge.reader.pull(pull.number))?.state).toBe('merged')
    })

    test('a closed pull request is not merged, and another may be opened for its branch', async () => {
      const under = await open()
      const { pull, head, asked } = await proposed(under)
      await under.people.close(pull.number)
      const x = {
        number: pull.number,
        expectedHead: head,
        method: 'merge' as const,
        title: 'Add',
        message: '',
      }
      expect(await under.forge.writer.merge(x)).toMatchObject({ result: 'refused' })
      expect(await under.forge.reader.pullFrom(BRANCH)).toBeUndefined()
      expect(await under.forge.writer.putPull(asked)).toMatchObject({ result: 'created' })
    })

    lostAnswers(open)
    runsOfWorkflows(open)
  })
}
