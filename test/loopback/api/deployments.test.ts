// Owns what is shown of deployments.
import { describe, expect, it } from 'vitest'
import { at, openChecked } from '../checks/fixture.ts'

const refused = (status: number) => ({ status })

describe('deployments', () => {
  it('a deployment and its status are told, read and listed', async () => {
    const { head, ours, heard } = await openChecked()
    const { repos } = ours.bot.rest
    const { data: made } = await repos.createDeployment({
      ...at,
      ref: 'main',
      environment: 'staging',
      payload: { version: 1 },
    })
    if (!('id' in made)) throw new Error('no deployment was made')
    expect([made.sha, made.payload]).toEqual([head, { version: 1 }])
    const id = { ...at, deployment_id: made.id }
    await repos.createDeploymentStatus({ ...id, state: 'in_progress' })
    await repos.createDeploymentStatus({ ...id, state: 'success', log_url: 'https://example.test/log' })
    const { data: statuses } = await repos.listDeploymentStatuses(id)
    expect(statuses.map((status) => [status.state, status.log_url])).toEqual([
      ['success', 'https://example.test/log'],
      ['in_progress', undefined],
    ])
    expect((await repos.listDeployments({ ...at, environment: 'production' })).data).toEqual([])
    expect((await repos.listDeployments({ ...at, sha: head })).data.map((one) => one.id)).toEqual([made.id])
    expect((await repos.getDeployment(id)).data.performed_via_github_app?.slug).toBe('ours')
    const told = (await heard()).filter((name) => name.startsWith('deployment'))
    expect(told).toEqual(['deployment.created', 'deployment_status.created', 'deployment_status.created'])
  })

  it('`deployment_status` is not sent for the state inactive, and a later success retires an earlier one', async () => {
    const { ours, heard } = await openChecked()
    const { repos } = ours.bot.rest
    const ids: number[] = []
    for (let made = 0; made < 2; made += 1) {
      const { data } = await repos.createDeployment({ ...at, ref: 'main', environment: 'staging' })
      if ('id' in data) ids.push(data.id)
    }
    for (const deployment_id of ids) {
      await repos.createDeploymentStatus({ ...at, deployment_id, state: 'success' })
    }
    await repos.createDeploymentStatus({ ...at, deployment_id: ids[1] ?? 0, state: 'inactive' })
    const { data } = await repos.listDeploymentStatuses({ ...at, deployment_id: ids[0] ?? 0 })
    expect(data.map((status) => status.state)).toEqual(['inactive', 'success'])
    const told = (await heard()).filter((name) => name === 'deployment_status.created')
    expect(told).toHaveLength(2)
  })

  it('a commit whose contexts do not pass answers 409, unless none is asked for', async () => {
    const { head, ours } = await openChecked()
    const { repos, checks } = ours.bot.rest
    await checks.create({ ...at, name: 'ci', head_sha: head, conclusion: 'failure' })
    await expect(repos.createDeployment({ ...at, ref: 'main' })).rejects.toMatchObject(refused(409))
    const missing = { ...at, ref: 'main', required_contexts: ['nobody-reported'] }
    await expect(repos.createDeployment(missing)).rejects.toMatchObject(refused(409))
    expect((await repos.createDeployment({ ...at, ref: 'main', required_contexts: [] })).status).toBe(201)
    await expect(repos.createDeployment({ ...at, ref: 'nowhere' })).rejects.toMatchObject(refused(422))
  })

  it('a branch that lacks commits of the default branch answers 409 unless `auto_merge` is false', async () => {
    const { ours, push } = await openChecked()
    await push('topic')
    await push('main')
    const wanted = { ...at, ref: 'topic' }
    await expect(ours.bot.rest.repos.createDeployment(wanted)).rejects.toMatchObject(refused(409))
    const { status } = await ours.bot.rest.repos.createDeployment({ ...wanted, auto_merge: false })
    expect(status).toBe(201)
  })
})
