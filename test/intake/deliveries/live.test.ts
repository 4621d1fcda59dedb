// Owns the proof that the table reads webhooks as a GitHub sends them: an issue, a pull request, and the App's end.
import { expect, test } from 'vitest'
import { SUBSCRIBED_EVENTS, readDelivery } from '../../../src/intake/deliveries.ts'
import type { Delivery } from '../../../src/intake/deliveries/delivery.ts'
import { openArena } from '../../loopback/arena.ts'

const PERMISSIONS = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  statuses: 'read',
} as const
const at = { owner: 'acme', repo: 'widgets' } as const

test('a label, comments, reviews, checks and pushes mean what people did', async () => {
  const arena = await openArena()
  const { loopback } = arena
  const ana = loopback.user('ana')
  const ben = loopback.user('ben')
  loopback.organization('acme', { ana: 'admin', ben: 'member' })
  await loopback.repository({
    ...at,
    name: at.repo,
    files: { 'README.md': '# Widgets\n', 'src/sum.js': 'export const sum = (a, b) => a - b\n' },
    collaborators: { ben: 'write' },
  })
  const { app, privateKey } = arena.app({
    slug: 'autopilot-acme',
    permissions: PERMISSIONS,
    // merge queues need a permission of their own; their webhook is among the recorded ones
    events: SUBSCRIBED_EVENTS.filter((event) => event !== 'merge_group'),
  })
  const installation = loopback.install(app, 'acme')
  const bot = arena.installed(app, privateKey, installation.id).rest
  const [by, reviewer] = [arena.octokit(ana.token).rest, arena.octokit(ben.token).rest]

  let seen = 0
  const deliveries = async (): Promise<Delivery[]> => {
    await arena.heard()
    const fresh = arena.hooks.slice(seen)
    seen = arena.hooks.length
    return fresh.map(({ event, guid, payload }) =>
      readDelivery({ guid, event, payload }, { appId: app.id, receivedAt: '2026-11-21T02:00:00.000Z' }),
    )
  }
  const commands = async () =>
    (await deliveries()).flatMap((one) =>
      one.commands.map(({ name, on, number, by, text }) =>
        `${by.login}: ${name} ${on} ${number} ${text}`.trim(),
      ),
    )

  const [installed] = await deliveries()
  expect(installed).toMatchObject({
    event: 'installation.created',
    installation: installation.id,
    added: [{ owner: 'acme', name: 'widgets' }],
  })

  const { data: issue } = await by.issues.create({ ...at, title: 'sum subtracts', body: 'It should add.' })
  await by.issues.addLabels({ ...at, issue_number: issue.number, labels: ['autopilot'] })
  expect(await commands()).toEqual([`ana: autopilot issue ${issue.number}`])

  const on = { ...at, issue_number: issue.number }
  await by.issues.createComment({ ...on, body: 'Thanks.\r\n\r\n/reply keep it small' })
  await bot.issues.createComment({ ...on, body: '/abort' })
  await reviewer.issues.createComment({ ...on, body: '/retry' })
  expect(await commands()).toEqual([
    `ana: reply issue ${issue.number} keep it small`,
    `ben: retry issue ${issue.number}`,
  ])

  const { data: main } = await by.git.getRef({ ...at, ref: 'heads/main' })
  await bot.git.createRef({ ...at, ref: 'refs/heads/autopilot/sum', sha: main.object.sha })
  const { data: file } = await by.repos.getContent({ ...at, path: 'src/sum.js' })
  await by.repos.createOrUpdateFileContents({
    ...at,
    path: 'src/sum.js',
    branch: 'autopilot/sum',
    message: 'Add',
    content: Buffer.from('export const sum = (a, b) => a + b\n').toString('base64'),
    sha: 'sha' in file ? file.sha : '',
  })
  const { data: pull } = await bot.pulls.create({ ...at, title: 'Add', head: 'autopilot/sum', base: 'main' })
  const opened = await deliveries()
  expect(opened.flatMap((one) => one.touched.pulls)).toContain(pull.number)
  expect(opened.flatMap((one) => one.touched.pushes)).toMatchObject([
    { ref: 'refs/heads/autopilot/sum', before: '0'.repeat(40), after: main.object.sha },
    { ref: 'refs/heads/autopilot/sum', before: main.object.sha, after: pull.head.sha, by: { login: 'ana' } },
  ])

  const { data: check } = await bot.checks.create({
    ...at,
    name: 'autopilot/policy',
    head_sha: pull.head.sha,
    external_id: 'key',
    status: 'completed',
    conclusion: 'failure',
  })
  expect((await deliveries()).flatMap((one) => one.touched.heads)).toEqual([])
  await bot.checks.rerequestRun({ ...at, check_run_id: check.id })
  await by.repos.createCommitStatus({ ...at, sha: pull.head.sha, state: 'success', context: 'lint' })
  const checked = await deliveries()
  expect(checked.flatMap((one) => one.touched.rerequested)).toMatchObject([
    { name: 'autopilot/policy', head: pull.head.sha, external_id: 'key' },
  ])
  expect(checked.flatMap((one) => one.touched.heads)).toEqual([pull.head.sha])

  await reviewer.pulls.createReview({
    ...at,
    pull_number: pull.number,
    event: 'REQUEST_CHANGES',
    body: 'Name the arguments.',
    comments: [{ path: 'src/sum.js', line: 1, body: 'Use words.' }],
  })
  const reviewed = await deliveries()
  const replies = reviewed.flatMap((one) => one.commands)
  expect(replies.map((one) => one.text).toSorted()).toEqual([
    'At src/sum.js, line 1:\n\nUse words.',
    'Name the arguments.',
  ])
  const groups = reviewed.filter((one) => one.commands.length > 0).map((one) => one.group)
  expect(groups).toEqual([expect.stringMatching(/^review:\d+$/), groups[0]])
  await by.pulls.createReview({ ...at, pull_number: pull.number, event: 'APPROVE', body: '/explain' })
  expect(await commands()).toEqual([`ana: explain pull ${pull.number}`])

  await by.issues.removeLabel({ ...on, name: 'autopilot' })
  await by.issues.update({ ...on, state: 'closed' })
  expect((await deliveries()).flatMap((one) => one.cancels.map((cancel) => cancel.because))).toEqual([
    'unlabelled',
    'closed',
  ])

  await by.repos.update({ ...at, name: 'gears' })
  expect((await deliveries()).map((one) => one.moved)).toContainEqual(
    expect.objectContaining({ from: expect.objectContaining({ name: 'widgets' }) }),
  )
  loopback.uninstall(installation)
  expect(await deliveries()).toMatchObject([{ uninstalled: true, installation: installation.id }])

  const all = arena.hooks.map(({ event, guid, payload }) =>
    readDelivery({ guid, event, payload }, { appId: app.id, receivedAt: '2026-11-21T02:00:00.000Z' }),
  )
  expect(all.filter((one) => one.ignored?.includes('not as GitHub describes'))).toEqual([])
})
