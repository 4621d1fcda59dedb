// Owns what every Forge keeps: one function that runs the contract of ForgeReader, ForgeWriter and Runs against an opener.
import { describe, expect, test } from 'vitest'
import type { Sha } from '../../src/contracts/base.ts'
import type { ChangeSet } from '../../src/contracts/change-set.ts'
import type { CheckWrite, Forge, ForgeWriter } from '../../src/ports/forge.ts'

/** The writes whose answer can be lost on the way after they took effect. */
export const LOSABLE = [
  'putBranch',
  'putPull',
  'putCheck',
  'putComment',
  'putRef',
  'merge',
  'dispatch',
] as const
export type Losable = (typeof LOSABLE)[number]

/** A repository with `README.md` on `main`, and the workflow `autopilot.yml` whose run is named by its input `nonce`. */
export interface ForgeUnderTest {
  forge: Forge
  /** The commit of `main`. */
  main(): Promise<Sha>
  /** One file written or, with null, deleted. */
  change(base: Sha, path: string, text: string | null): Promise<ChangeSet>
  /** What people do, who may write. */
  people: {
    issue(title: string): Promise<number>
    comment(number: number, body: string): Promise<number>
    deleteComment(id: number): Promise<void>
    push(branch: string, path: string, text: string): Promise<Sha>
    approve(number: number): Promise<void>
    close(number: number): Promise<void>
  }
  /** The next such write takes effect, and its caller is told that nobody knows. */
  lose(write: Losable): void
  /** Until every run is over. */
  settled(): Promise<void>
}

const BRANCH = 'autopilot/t-contract'
type PutBranch = Parameters<ForgeWriter['putBranch']>[0]

export function forgeContract(name: string, open: () => Promise<ForgeUnderTest>): void {
  describe(`${name} keeps the contract of the forge's ports`, () => {
    const code = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => 'no failure',
        (error: { code?: unknown }) => error.code,
      )
    const order = async (under: ForgeUnderTest, more: Partial<PutBranch> = {}): Promise<PutBranch> => {
      const parent = more.parent ?? (await under.main())
      const changes = more.changes ?? (await under.change(parent, 'src/new.js', 'export {}\n'))
      return { branch: BRANCH, parent, expectedHead: null, changes, message: 'Add a file', ...more }
    }
    const proposed = async (under: ForgeUnderTest) => {
      const put = await under.forge.writer.putBranch(await order(under))
      if (put.result !== 'created') throw new Error(`not created: ${put.result}`)
      const asked = { branch: BRANCH, base: 'main', title: 'Add a file', body: 'Text', draft: true }
      const made = await under.forge.writer.putPull(asked)
      if (made.result !== 'created') throw new Error(`not created: ${made.result}`)
      return { head: put.head, asked, pull: made.pull }
    }
    const check = (head: Sha, more: Partial<CheckWrite> = {}): CheckWrite => ({
      head,
      name: 'autopilot/quality',
      key: 't-contract/1',
      status: 'completed',
      conclusion: 'success',
      output: { title: '3 tests pass', summary: 'All of them.', annotations: [] },
      ...more,
    })

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
      const put = (body: string, id?: number) =>
        under.forge.writer.putComment({ number, key: 'status', body, ...(id !== undefined && { id }) })
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

    test.each(LOSABLE)('%s whose answer is lost is not done twice by the same call', async (write) => {
      const under = await open()
      const { forge } = under
      const { pull, head, asked } = await proposed(under)
      await forge.writer.markReady(pull)
      const number = await under.people.issue('Sum is wrong')
      const since = new Date(Date.now() - 1000).toISOString()
      const inputs = { nonce: 'h-0000contract' }
      const second = { ...asked, branch: 'autopilot/t-second', draft: false }
      await forge.writer.putBranch(await order(under, { branch: second.branch }))
      const files = new Map([['envelope.json', '{}']])
      const merge = {
        number: pull.number,
        expectedHead: head,
        method: 'merge' as const,
        title: 'Add',
        message: '',
      }
      const third = await order(under, { branch: 'autopilot/t-third' })
      const writes: Record<Losable, () => Promise<unknown>> = {
        putBranch: () => forge.writer.putBranch(third),
        putPull: () => forge.writer.putPull(second),
        putCheck: () => forge.writer.putCheck(check(head)),
        putComment: () => forge.writer.putComment({ number, key: 'status', body: 'Working.' }),
        putRef: () => forge.writer.putRef({ ref: 'refs/autopilot/tasks/t-lost', files, message: 'Envelope' }),
        merge: () => forge.writer.merge(merge),
        dispatch: () => forge.runs.dispatch({ workflow: 'autopilot.yml', ref: 'main', inputs }),
      }
      under.lose(write)
      expect(await code(writes[write]())).toBe('unavailable')
      if (write === 'dispatch') {
        // nothing of a run can be put twice without doubling it: it is looked for by its name
        const found = await forge.runs.find({ workflow: 'autopilot.yml', nonce: inputs.nonce, since })
        expect(found).toMatchObject({ event: 'workflow_dispatch', attempt: 1 })
        await under.settled()
        return
      }
      const again = await writes[write]()
      const once: Record<Exclude<Losable, 'dispatch'>, object> = {
        putBranch: { result: 'unchanged' },
        putPull: { result: 'found' },
        putCheck: await forge.writer.putCheck(check(head)),
        putComment: await forge.writer.putComment({ number, key: 'status', body: 'Working.' }),
        putRef: await forge.writer.putRef({ ref: 'refs/autopilot/tasks/t-lost', files, message: 'Envelope' }),
        merge: { result: 'merged' },
      }
      expect(again).toMatchObject(once[write])
    })

    test('a workflow is started, found, observed, and its artifact downloaded within a cap', async () => {
      const under = await open()
      const { runs } = under.forge
      const since = new Date(Date.now() - 1000).toISOString()
      const start = { workflow: 'autopilot.yml', ref: 'main', inputs: { nonce: 'h-0000contract' } }
      expect(await runs.dispatch({ ...start, workflow: 'none.yml' })).toMatchObject({ result: 'missing' })
      expect(await runs.dispatch({ ...start, inputs: { odd: '1' } })).toMatchObject({ result: 'refused' })
      const started = await runs.dispatch(start)
      expect(started).toMatchObject({ result: 'started' })
      await under.settled()
      const found = await runs.find({ workflow: start.workflow, nonce: start.inputs.nonce, since })
      expect(found).toMatchObject({
        attempt: 1,
        status: 'completed',
        conclusion: 'success',
        path: '.github/workflows/autopilot.yml',
        event: 'workflow_dispatch',
        headSha: await under.main(),
        headBranch: 'main',
        actor: { kind: 'bot', app_id: under.forge.appId },
      })
      expect(started).toMatchObject({ run: { id: found?.id } })
      expect(await runs.find({ workflow: start.workflow, nonce: 'h-0000another0', since })).toBeUndefined()
      const id = found?.id ?? 0
      expect(await runs.observe(id)).toEqual(found)
      const [job] = await runs.jobs(id, 1)
      expect(job).toMatchObject({ status: 'completed', conclusion: 'success' })
      expect(job?.steps.length).toBeGreaterThan(0)
      await runs.cancel(id)
      const [artifact] = await runs.artifacts(id)
      expect(artifact).toMatchObject({ name: 'bundle', expired: false })
      const { id: made = 0, bytes = 0 } = artifact ?? {}
      expect(await runs.download(made, bytes)).toMatchObject({ result: 'ok' })
      expect(await runs.download(made, bytes - 1)).toEqual({ result: 'too_large' })
    })
  })
}
