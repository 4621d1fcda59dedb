// The App taken away in the middle of a task, and repositories that move: what stops, what goes on, what begins afresh.
import { expect, onTestFinished, test } from 'vitest'
import { openQuick, type Quick, type QuickOptions } from '../theatre/quick.ts'
import { WAITS } from '../theatre/waits.ts'

/** What was asked of GitHub since then, by operation. */
function askedSince(stage: Quick, before: Readonly<Record<string, number>>): string[] {
  const now = Object.entries(stage.loopback.oracle.operations())
  return now.filter(([name, count]) => count > (before[name] ?? 0)).map(([name]) => name)
}

async function quick(options: QuickOptions = {}): Promise<Quick> {
  const stage = await openQuick(options)
  onTestFinished(() => stage.close())
  return stage
}

async function begin(stage: Quick): Promise<number> {
  const number = await stage.open()
  await stage.label(number)
  await stage.settle()
  return number
}

/** For a test in which a bundle is made. */
const LONG_MS = 180_000

const STOPPED = [
  ['uninstalled', 'The App was uninstalled.'],
  ['suspended', 'The App was suspended.'],
  ['removed', 'The repository was taken from the installation of the App.'],
  ['archived', 'The repository was archived.'],
] as const

test.each(STOPPED)(
  'with the App %s in the middle of a run the task stops with the reason, and GitHub is asked nothing more',
  async (how, reason) => {
    let before: Readonly<Record<string, number>> = {}
    let runs = 0
    const stage: Quick = await quick({
      async play({ attempt }, usual) {
        if (attempt.workflow.path !== '.github/workflows/autopilot.yml') return usual()
        runs += 1
        if (runs === 1) {
          await takeAway(stage, how)
          before = stage.loopback.oracle.operations()
        }
        return { conclusion: 'failure', steps: [], outputs: new Map() }
      },
    })
    const number = await begin(stage)
    const stopped = await stage.state(number)
    expect(stopped, stage.log()).toMatchObject({ closed: { result: 'stopped', reason } })
    expect(await stage.outbox.pendingOf(stopped?.task ?? '')).toEqual([])
    // from what is only archived webhooks still come: whether it is back is asked, and nothing more
    expect(askedSince(stage, before)).toEqual(how === 'archived' ? ['repos/get'] : [])
    expect(stage.log()).not.toContain('could not be advanced')
    await giveBack(stage, how)
    await stage.settle()
    await stage.say(number, '/autopilot')
    await stage.settle()
    const afresh = await stage.state(number)
    expect([afresh?.closed, runs], stage.log()).toEqual([null, 2])
    expect(afresh?.task).not.toBe(stopped?.task)
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  },
)

async function takeAway(stage: Quick, how: (typeof STOPPED)[number][0]): Promise<void> {
  const { loopback, installation, ana, at } = stage
  if (how === 'uninstalled') loopback.uninstall(installation)
  else if (how === 'suspended')
    await stage.signed.rest.apps.suspendInstallation({ installation_id: installation.id })
  else if (how === 'archived') await ana.rest.repos.update({ ...at, archived: true })
  else loopback.selectRepositories(installation, [], at.owner)
}

async function giveBack(stage: Quick, how: (typeof STOPPED)[number][0]): Promise<void> {
  const { loopback, app, installation, ana, at } = stage
  if (how === 'uninstalled') loopback.install(app, at.owner)
  else if (how === 'suspended')
    await stage.signed.rest.apps.unsuspendInstallation({ installation_id: installation.id })
  else if (how === 'archived') await ana.rest.repos.update({ ...at, archived: false })
  else loopback.selectRepositories(installation, 'all', at.owner)
}

/** Where it is then. */
const MOVES: Readonly<Record<string, (stage: Quick) => Promise<{ owner: string; repo: string }>>> = {
  async renamed({ ana, at }) {
    await ana.rest.repos.update({ ...at, name: 'small' })
    return { ...at, repo: 'small' }
  },
  async transferred({ loopback, app, at }) {
    loopback.organization('acme', { [at.owner]: 'admin' })
    loopback.install(app, 'acme')
    await loopback.transferRepository({ repository: `${at.owner}/${at.repo}`, by: at.owner, to: 'acme' })
    return { ...at, owner: 'acme' }
  },
}

test.each(Object.entries(MOVES))(
  'a repository that is %s before the label is worked gets its pull request where it is then',
  async (_, move) => {
    const stage = await quick()
    const number = await stage.open()
    await stage.label(number)
    await stage.loopback.settled()
    const at = await move(stage)
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({ merged: { by: 'the policy' } })
    const { data } = await stage.ana.rest.issues.get({ ...at, issue_number: number })
    expect(data.state).toBe('closed')
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  },
  LONG_MS,
)

test.each(Object.entries(MOVES))(
  'a repository that is %s while its pull request waits for a person is followed',
  async (_, move) => {
    const stage = await quick(WAITS)
    const number = await begin(stage)
    const pull_number = (await stage.state(number))?.pull?.number ?? 0
    const at = await move(stage)
    await stage.settle()
    await stage.ana.rest.pulls.merge({ ...at, pull_number })
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({
      merged: { by: 'a person' },
      closed: { result: 'accepted' },
    })
    const { data } = await stage.ana.rest.issues.listComments({ ...at, issue_number: number })
    expect(data[0]?.body).toContain('is merged')
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  },
  LONG_MS,
)

test(
  'a repository that is deleted in the middle of a run stops its task with the reason, and is asked nothing more',
  async () => {
    let before: Readonly<Record<string, number>> = {}
    const stage: Quick = await quick({
      async play({ attempt }, usual) {
        if (attempt.workflow.path !== '.github/workflows/autopilot.yml') return usual()
        await stage.loopback.deleteRepository({ repository: 'ana/tiny', by: 'ana' })
        before = stage.loopback.oracle.operations()
        return { conclusion: 'failure', steps: [], outputs: new Map() }
      },
    })
    const number = await begin(stage)
    const stopped = await stage.state(number)
    const reason = 'The repository was deleted.'
    expect(stopped, stage.log()).toMatchObject({ closed: { result: 'stopped', reason } })
    expect(await stage.outbox.pendingOf(stopped?.task ?? '')).toEqual([])
    await stage.settle()
    // of what was on its way it is asked whether the repository is back, and nothing more
    expect(askedSince(stage, before).filter((on) => on !== 'repos/get')).toEqual([])
    expect(stage.log()).not.toContain('could not be advanced')
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  },
  LONG_MS,
)
