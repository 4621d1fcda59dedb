// The App taken away in the middle of a task, and repositories that move: what stops, what goes on, what begins afresh.
import { expect, onTestFinished, test } from 'vitest'
import type { Play } from '../theatre/played.ts'
import { openQuick, type Quick, type QuickOptions } from '../theatre/quick.ts'

const RUN = '.github/workflows/autopilot.yml'

interface Deed {
  stage: Quick
  /** While the first run of the task is under way. */
  during?: () => Promise<unknown>
}

async function quick(options: QuickOptions = {}): Promise<Deed> {
  const deed: Partial<Deed> = {}
  const play: Play = async (request, usual) => {
    const { during } = deed
    if (request.attempt.workflow.path === RUN && during !== undefined) {
      delete deed.during
      await during()
    }
    return usual()
  }
  const stage = await openQuick({ ...options, play })
  onTestFinished(() => stage.close())
  return Object.assign(deed, { stage })
}

/** What was asked of GitHub since then, by operation. */
function askedSince(stage: Quick, before: Readonly<Record<string, number>>): string[] {
  const now = Object.entries(stage.loopback.oracle.operations())
  return now.filter(([name, count]) => count > (before[name] ?? 0)).map(([name]) => name)
}

async function begin({ stage }: Deed): Promise<number> {
  const number = await stage.open()
  await stage.label(number)
  await stage.settle()
  return number
}

const STOPPED = [
  ['uninstalled', 'The App was uninstalled.'],
  ['suspended', 'The App was suspended.'],
  ['removed', 'The repository was taken from the installation of the App.'],
  ['archived', 'The repository was archived.'],
] as const

test.each(STOPPED)(
  'with the App %s in the middle of a run the task stops with the reason, and GitHub is asked nothing more',
  async (how, reason) => {
    const deed = await quick()
    const { stage } = deed
    let before: Readonly<Record<string, number>> = {}
    deed.during = async () => {
      await takeAway(stage, how)
      before = stage.loopback.oracle.operations()
    }
    const number = await begin(deed)
    expect(await stage.state(number), stage.log()).toMatchObject({ closed: { result: 'stopped', reason } })
    const { task } = (await stage.state(number)) ?? {}
    expect(await stage.outbox.pendingOf(task ?? '')).toEqual([])
    // of what is only archived webhooks still come: whether it is back is asked, and nothing more
    expect(askedSince(stage, before)).toEqual(how === 'archived' ? ['repos/get'] : [])
    expect(stage.log()).not.toContain('could not be advanced')
    await giveBack(stage, how)
    await stage.settle()
    await stage.say(number, '/autopilot')
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
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

test('a repository that is renamed in the middle of a run gets its pull request under the new name', async () => {
  const deed = await quick()
  const { stage } = deed
  deed.during = () => stage.ana.rest.repos.update({ ...stage.at, name: 'small' })
  const number = await begin(deed)
  expect(await stage.state(number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
  const at = { owner: stage.at.owner, repo: 'small' }
  expect((await stage.ana.rest.pulls.list({ ...at, state: 'all' })).data[0]?.merged_at).not.toBeNull()
  expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
})

test('a repository that is transferred in the middle of a run goes on under its new owner', async () => {
  const deed = await quick()
  const { stage } = deed
  const { loopback, at, app } = stage
  loopback.organization('acme', { [at.owner]: 'admin' })
  loopback.install(app, 'acme')
  await stage.settle()
  deed.during = () =>
    loopback.transferRepository({ repository: `${at.owner}/${at.repo}`, by: at.owner, to: 'acme' })
  const number = await begin(deed)
  expect(await stage.state(number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
  expect(
    (await stage.ana.rest.issues.get({ owner: 'acme', repo: at.repo, issue_number: number })).data.state,
  ).toBe('closed')
  expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
})
