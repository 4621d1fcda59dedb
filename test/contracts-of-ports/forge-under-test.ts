// Owns what a contract test of the forge's ports is given: a repository, its people, and how an answer gets lost.
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

export const BRANCH = 'autopilot/t-contract'
type PutBranch = Parameters<ForgeWriter['putBranch']>[0]

/** How it failed, by the port's code. */
export function code(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: { code?: unknown }) => error.code,
  )
}

export async function order(under: ForgeUnderTest, more: Partial<PutBranch> = {}): Promise<PutBranch> {
  const parent = more.parent ?? (await under.main())
  const changes = more.changes ?? (await under.change(parent, 'src/new.js', 'export {}\n'))
  return { branch: BRANCH, parent, expectedHead: null, changes, message: 'Add a file', ...more }
}

/** A branch of ours with one change, and its draft. */
export async function proposed(under: ForgeUnderTest) {
  const put = await under.forge.writer.putBranch(await order(under))
  if (put.result !== 'created') throw new Error(`not created: ${put.result}`)
  const asked = { branch: BRANCH, base: 'main', title: 'Add a file', body: 'Text', draft: true }
  const made = await under.forge.writer.putPull(asked)
  if (made.result !== 'created') throw new Error(`not created: ${made.result}`)
  return { head: put.head, asked, pull: made.pull }
}

export function check(head: Sha, more: Partial<CheckWrite> = {}): CheckWrite {
  return {
    head,
    name: 'autopilot/quality',
    key: 't-contract/1',
    status: 'completed',
    conclusion: 'success',
    output: { title: '3 tests pass', summary: 'All of them.', annotations: [] },
    ...more,
  }
}
