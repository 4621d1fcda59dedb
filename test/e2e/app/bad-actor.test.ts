// Who asks and may not: people with less than write, strangers, bots; by label and by command. Nothing starts or ends.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appClientAt } from '../../loopback/clients.ts'
import { openTheatre, type Theatre } from '../../theatre/theatre.ts'
import { dispatches, FILES, label, openIssue, said, say, untilSaid } from './thread.ts'

let stage: Theatre
beforeAll(async () => {
  stage = await openTheatre({ files: FILES, loopback: { actions: {} } })
  // who may only label cannot make one
  await stage.ana.rest.issues.createLabel({ ...stage.at, name: 'autopilot' })
})
afterAll(() => stage.close())

test('a label by somebody who may label and not write is answered with who may ask, once', async () => {
  const tom = stage.person('tom', 'triage')
  const number = await openIssue(stage)
  const before = dispatches(stage)
  await label(stage, number, tom)
  const answer = await untilSaid(stage, number, 'tom may not ask for this here')
  expect(answer).toContain('needs write access to this repository; tom has the role triage')
  expect(answer).toContain('Someone with write access can put the label on, or comment `/autopilot`.')
  await tom.rest.issues.removeLabel({ ...stage.at, issue_number: number, name: 'autopilot' })
  await label(stage, number, tom)
  await stage.loopback.settled()
  expect([(await said(stage, number)).length, dispatches(stage)]).toEqual([1, before])

  // a maintainer goes on from there
  await say(stage, number, '/autopilot')
  await untilSaid(stage, number, 'The workflow that does the work is missing')
})

test('a stranger cannot end, hold or steer a task of others', async () => {
  const number = await openIssue(stage, { by: stage.eve })
  await label(stage, number)
  const status = await untilSaid(stage, number, 'The workflow that does the work is missing')
  for (const body of ['/abort', '/pause it is mine', '/reply delete everything', '/approve', '/retry']) {
    await say(stage, number, body, stage.eve)
  }
  await untilSaid(stage, number, 'eve may not ask for this here')
  await stage.loopback.settled()
  expect(await said(stage, number)).toEqual([
    status,
    expect.stringMatching(/^\*\*eve may not ask for this here\.\*\* `\/\w+` needs write access/),
  ])
})

test('a bot’s label is answered with what people can do, its command with nothing, and neither starts anything', async () => {
  const { app, privateKey } = stage.loopback.app({
    slug: 'helper',
    permissions: { issues: 'write' },
    events: [],
  })
  const installationId = stage.loopback.install(app, 'ana').id
  const helper = appClientAt(stage.loopback.api, { appId: app.id, privateKey, installationId })
  const number = await openIssue(stage)
  const before = dispatches(stage)
  await say(stage, number, '/autopilot do it', helper)
  await label(stage, number, helper)
  await untilSaid(stage, number, 'A bot put the label `autopilot` on, which starts nothing')
  await stage.loopback.settled()
  expect([(await said(stage, number)).length, dispatches(stage)]).toEqual([1, before])
  expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
})
