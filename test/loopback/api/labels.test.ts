// Owns the proof of a repository's labels and of the labels on an issue.
import { describe, expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

async function withIssue() {
  const stage = await openStage()
  const { data } = await stage.people.eve.rest.issues.create({ ...at, title: 'sum subtracts' })
  stage.happened()
  return { ...stage, on: { ...at, issue_number: data.number } }
}

describe('labels of a repository', () => {
  it('a new repository has nine, and they are found without regard to case', async () => {
    const { anyone } = await openStage()
    expect((await anyone.rest.issues.listLabelsForRepo(at)).data).toHaveLength(9)
    expect((await anyone.rest.issues.getLabel({ ...at, name: 'HELP Wanted' })).data).toMatchObject({
      name: 'help wanted',
      default: true,
    })
    expect(await statusOf(anyone.rest.issues.getLabel({ ...at, name: 'nope' }))).toBe(404)
  })

  it('creating a label whose name exists, in whatever letter case, answers 422 with code already_exists', async () => {
    const { people, told } = await openStage()
    const create = (name: string, more = {}) => people.wes.rest.issues.createLabel({ ...at, name, ...more })
    const { data } = await create('autopilot', { color: '0E8A16', description: 'work for the machine' })
    expect(data).toMatchObject({ name: 'autopilot', color: '0e8a16', default: false })
    expect((await told('label.created')).label.name).toBe('autopilot')
    await expect(create('AutoPilot')).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ resource: 'Label', field: 'name', code: 'already_exists' }] } },
    })
  })

  it('a color that is not six hexadecimal digits and a text that is too long answer 422', async () => {
    const { people, happened } = await openStage()
    const create = (more: object) =>
      statusOf(people.wes.rest.issues.createLabel({ ...at, name: 'x', ...more }))
    expect(await create({ color: '#0e8a16' })).toBe(422)
    expect(await create({ color: 'red' })).toBe(422)
    expect(await create({ description: 'x'.repeat(101) })).toBe(422)
    expect(await create({ name: 'x'.repeat(51) })).toBe(422)
    expect(happened()).toEqual([])
  })

  it('a renamed label is renamed on its issues, and the event tells the old name', async () => {
    const { people, told, on, happened } = await withIssue()
    await people.tess.rest.issues.addLabels({ ...on, labels: ['bug'] })
    const { data } = await people.wes.rest.issues.updateLabel({
      ...at,
      name: 'BUG',
      new_name: 'defect',
      color: 'ffffff',
      description: '',
    })
    expect(data.name).toBe('defect')
    const { data: issue } = await people.eve.rest.issues.get(on)
    expect(issue.labels).toMatchObject([{ name: 'defect' }])
    expect((await told('label.edited')).changes).toMatchObject({
      name: { from: 'bug' },
      color: { from: 'd73a4a' },
    })
    const taken = people.wes.rest.issues.updateLabel({ ...at, name: 'defect', new_name: 'Question' })
    expect(await statusOf(taken)).toBe(422)
    expect(happened()).toEqual(['issues.labeled', 'label.edited'])
  })

  it('a deleted label leaves its issues without a word about them', async () => {
    const { people, on, happened } = await withIssue()
    await people.tess.rest.issues.addLabels({ ...on, labels: ['bug'] })
    await people.wes.rest.issues.deleteLabel({ ...at, name: 'bug' })
    expect((await people.eve.rest.issues.listLabelsOnIssue(on)).data).toEqual([])
    expect(happened()).toEqual(['issues.labeled', 'label.deleted'])
    expect(await statusOf(people.wes.rest.issues.deleteLabel({ ...at, name: 'bug' }))).toBe(404)
  })

  it("labels of an issue are changed with triage, the repository's labels with write", async () => {
    const { people, on } = await withIssue()
    const add = (who: 'eve' | 'rita' | 'tess') =>
      statusOf(people[who].rest.issues.addLabels({ ...on, labels: ['bug'] }))
    expect([await add('eve'), await add('rita'), await add('tess')]).toEqual([403, 403, 0])
    expect(await statusOf(people.tess.rest.issues.createLabel({ ...at, name: 'x' }))).toBe(403)
    expect(await statusOf(people.tess.rest.issues.updateLabel({ ...at, name: 'bug', new_name: 'x' }))).toBe(
      403,
    )
    expect(await statusOf(people.tess.rest.issues.deleteLabel({ ...at, name: 'bug' }))).toBe(403)
  })
})

describe('labels on an issue', () => {
  it('adding an unknown label creates it with a default colour, where the caller may create labels', async () => {
    const { people, on, happened } = await withIssue()
    expect(await statusOf(people.tess.rest.issues.addLabels({ ...on, labels: ['typo'] }))).toBe(403)
    expect(happened()).toEqual([])
    const { data } = await people.wes.rest.issues.addLabels({ ...on, labels: ['typo', 'Typo'] })
    expect(data).toMatchObject([{ name: 'typo', color: 'ededed' }])
    expect(happened()).toEqual(['label.created', 'issues.labeled'])
  })

  it('adding a label that the issue has is no error, adds nothing and sends no webhook', async () => {
    const { people, on, happened, told } = await withIssue()
    await people.tess.rest.issues.addLabels({ ...on, labels: ['bug'] })
    const { data } = await people.tess.rest.issues.addLabels({ ...on, labels: ['BUG'] })
    expect(data).toHaveLength(1)
    expect(happened()).toEqual(['issues.labeled'])
    expect(await told('issues.labeled')).toMatchObject({
      label: { name: 'bug' },
      issue: { labels: [{ name: 'bug' }] },
      sender: { login: 'tess' },
    })
  })

  it('setting labels removes and adds, and each event shows the last state', async () => {
    const { people, on, happened, told } = await withIssue()
    const { rest } = people.tess
    await rest.issues.addLabels({ ...on, labels: ['bug', 'question'] })
    const { data } = await rest.issues.setLabels({ ...on, labels: ['question', 'wontfix'] })
    expect(data.map(({ name }) => name)).toEqual(['question', 'wontfix'])
    expect(happened()).toEqual(['issues.labeled', 'issues.labeled', 'issues.unlabeled', 'issues.labeled'])
    const { issue, label } = await told('issues.unlabeled')
    expect(label.name).toBe('bug')
    expect(issue.labels).toHaveLength(2)
  })

  it('removing a label that the issue does not have answers 404', async () => {
    const { people, on } = await withIssue()
    const { rest } = people.tess
    expect(await statusOf(rest.issues.removeLabel({ ...on, name: 'bug' }))).toBe(404)
    await rest.issues.addLabels({ ...on, labels: ['bug', 'question'] })
    const { data } = await rest.issues.removeLabel({ ...on, name: 'Bug' })
    expect(data.map(({ name }) => name)).toEqual(['question'])
    expect(await statusOf(rest.issues.removeLabel({ ...on, name: 'nope' }))).toBe(404)
  })

  it('removing all labels answers 204 without body', async () => {
    const { people, on, happened } = await withIssue()
    await people.tess.rest.issues.addLabels({ ...on, labels: ['bug'] })
    const { status } = await people.tess.rest.issues.removeAllLabels(on)
    expect(status).toBe(204)
    expect(happened()).toEqual(['issues.labeled', 'issues.unlabeled'])
  })

  it('an issue has at most 100 labels', async () => {
    const { people, on } = await withIssue()
    const labels = Array.from({ length: 101 }, (_, index) => `l${index}`)
    expect(await statusOf(people.wes.rest.issues.addLabels({ ...on, labels }))).toBe(422)
    await people.wes.rest.issues.addLabels({ ...on, labels: labels.slice(1) })
    expect(await statusOf(people.wes.rest.issues.addLabels({ ...on, labels: ['one more'] }))).toBe(422)
  })
})
