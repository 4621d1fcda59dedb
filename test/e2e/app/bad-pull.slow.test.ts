// What happens to a pull request while it waits: its base, branch and rules change under it, GitHub limits, forks ask.
import { expect, test } from 'vitest'
import { WAITS } from '../../theatre/waits.ts'
import { expectSound, labelled, usual, type Labelled, LONG } from './quick-page.ts'

const POLICY = '.github/autopilot/policy.yml'

interface Waiting extends Labelled {
  pull: { number: number; branch: string; head: string }
  /** The newest check of that name on the head. */
  check(name: string): Promise<{ conclusion: string | null; text: string }>
  commit(x: { path: string; text: string; branch?: string }): Promise<void>
  approve(): Promise<void>
}

async function waiting(): Promise<Waiting> {
  const stage = await labelled(usual, WAITS)
  const { ana, at } = stage
  const { data } = await ana.rest.pulls.list({ ...at, state: 'open' })
  const [pull] = data
  if (pull === undefined) throw new Error(`there is no pull request\n${await stage.status()}\n${stage.log()}`)
  const bob = stage.person('bob', 'write')
  return {
    ...stage,
    pull: { number: pull.number, branch: pull.head.ref, head: pull.head.sha },
    async check(name) {
      const { data: found } = await ana.rest.checks.listForRef({
        ...at,
        ref: pull.head.sha,
        check_name: name,
      })
      const [check] = found.check_runs.toSorted((a, b) => b.id - a.id)
      const { title, summary, text } = check?.output ?? { title: '', summary: '', text: '' }
      return { conclusion: check?.conclusion ?? null, text: [title, summary, text].join('\n') }
    },
    async commit({ path, text, branch = 'main' }) {
      const there = await ana.rest.repos.getContent({ ...at, path, ref: branch }).catch(() => undefined)
      const sha = there !== undefined && 'sha' in there.data ? { sha: there.data.sha } : {}
      const content = Buffer.from(text).toString('base64')
      await ana.rest.repos.createOrUpdateFileContents({ ...at, path, branch, message: path, content, ...sha })
      await stage.settle()
    },
    async approve() {
      const review = { pull_number: pull.number, commit_id: pull.head.sha, event: 'APPROVE' as const }
      await bob.rest.pulls.createReview({ ...at, ...review })
      await stage.settle()
    },
  }
}

test(
  'a base that moves elsewhere does no harm: the approval still merges, and both changes are there',
  async () => {
    const stage = await waiting()
    await stage.commit({ path: 'NOTES.md', text: 'later\n' })
    await stage.approve()
    expect(await stage.state(stage.number), stage.log()).toMatchObject({ merged: { by: 'the policy' } })
    const { data } = await stage.ana.rest.git.getTree({ ...stage.at, tree_sha: 'main', recursive: 'true' })
    expect(data.tree.map(({ path }) => path)).toContain('NOTES.md')
    await expectSound(stage)
  },
  LONG,
)

test(
  'a conflict with the base is said on the pull request and keeps it from merging',
  async () => {
    const stage = await waiting()
    await stage.commit({ path: 'src/greet.js', text: 'export const greet = () => 0\n' })
    await stage.approve()
    const said = (await stage.said(stage.pull.number)).join('\n\n')
    expect(said).toContain('The change conflicts with main')
    const policy = await stage.check('autopilot/policy')
    expect(policy).toMatchObject({ conclusion: 'failure' })
    expect(policy.text).toContain('base-branch')
    expect((await stage.state(stage.number))?.merged).toBeNull()
    await expectSound(stage)
  },
  LONG,
)

test(
  'a branch that is deleted ends the task, said in both places; it is not made again',
  async () => {
    const stage = await waiting()
    await stage.ana.rest.git.deleteRef({ ...stage.at, ref: `heads/${stage.pull.branch}` })
    await stage.settle()
    expect((await stage.said(stage.pull.number)).join('\n\n')).toContain(`${stage.pull.branch} was deleted`)
    expect(await stage.status()).toContain('was deleted')
    const { data } = await stage.ana.rest.repos.listBranches(stage.at)
    expect(data.map(({ name }) => name)).toEqual(['main'])
    await expectSound(stage)
  },
  LONG,
)

test(
  'rules that are broken while it waits fail the policy check with line and column, until they are mended',
  async () => {
    const stage = await waiting()
    await stage.commit({ path: POLICY, text: 'schema: autopilot/policy@1\nmerge: 7\n' })
    const broken = await stage.check('autopilot/policy')
    expect(broken).toMatchObject({ conclusion: 'failure' })
    expect(broken.text).toContain('Denied: the rules on main cannot be read')
    expect(broken.text).toContain(`${POLICY}:2:`)
    await stage.approve()
    expect((await stage.state(stage.number))?.merged).toBeNull()

    const { data } = await stage.ana.rest.repos.getContent({ ...stage.at, path: POLICY })
    const sha = 'sha' in data ? data.sha : ''
    await stage.ana.rest.repos.deleteFile({ ...stage.at, path: POLICY, message: 'mend', sha, branch: 'main' })
    await stage.settle()
    expect(await stage.state(stage.number), stage.log()).toMatchObject({ merged: { by: 'the policy' } })
    await expectSound(stage)
  },
  LONG,
)

test(
  'broken settings keep it from merging too',
  async () => {
    const stage = await waiting()
    await stage.commit({ path: '.github/autopilot.yml', text: 'version: 1\nbugdet: 3\n' })
    const broken = await stage.check('autopilot/policy')
    expect(broken).toMatchObject({ conclusion: 'failure' })
    expect(broken.text).toContain('.github/autopilot.yml:2:1')
    await expectSound(stage)
  },
  LONG,
)

test(
  'a pull request from a fork is not worked on, and gets checks that hold nobody',
  async () => {
    const stage = await labelled(usual)
    const { at, ana } = stage
    const eve = stage.person('eve')
    await eve.rest.repos.createFork(at)
    await stage.loopback.settled()
    const { data: main } = await eve.rest.git.getRef({ owner: 'eve', repo: 'tiny', ref: 'heads/main' })
    await eve.rest.repos.createOrUpdateFileContents({
      owner: 'eve',
      repo: 'tiny',
      path: 'more.js',
      message: 'more',
      content: Buffer.from('1\n').toString('base64'),
    })
    const from = { head: 'eve:main', base: 'main' }
    const { data: pull } = await eve.rest.pulls.create({ ...at, title: 'Mine', ...from })
    await stage.say(pull.number, '/autopilot make it better')
    await stage.settle()
    expect(main.object.sha).not.toBe(pull.head.sha)
    const said = (await stage.said(pull.number)).join('\n\n')
    expect(said).toContain('Nothing was started')
    expect(said).toContain('comes from a fork')
    expect(said).toContain('open an issue with what shall change')
    const { data } = await ana.rest.checks.listForRef({ ...at, ref: pull.head.sha })
    const ours = data.check_runs.filter(({ name }) => name.startsWith('autopilot/'))
    expect(ours.map(({ conclusion }) => conclusion)).toEqual(['neutral', 'neutral', 'neutral', 'neutral'])
    await expectSound(stage)
  },
  LONG,
)

test.each([
  ['the hour’s budget is spent', { kind: 'status', status: 403, retryAfter: 600 } as const],
  ['it is asked too fast', { kind: 'status', status: 429, retryAfter: 60 } as const],
])(
  'while %s, the work waits and is then done once',
  async (_, fault) => {
    const stage = await labelled(usual, {
      before: (loopback) => {
        for (const nth of [4, 12, 20, 28]) loopback.faults.add({ on: '*', nth, times: 2, fault })
      },
    })
    expect(await stage.state(stage.number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
    const { data } = await stage.ana.rest.pulls.list({ ...stage.at, state: 'all' })
    expect(data).toHaveLength(1)
    expect((await stage.said(stage.number)).filter((text) => text.includes('is merged'))).toHaveLength(1)
    await expectSound(stage)
  },
  LONG,
)
