// Owns the proof of reactions: one of each kind a person, and taken back only by who gave it.
import { describe, expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

async function withComment() {
  const stage = await openStage()
  const { data: issue } = await stage.people.eve.rest.issues.create({ ...at, title: 'sum subtracts' })
  const on = { ...at, issue_number: issue.number }
  const { data } = await stage.people.eve.rest.issues.createComment({ ...on, body: 'Look.' })
  stage.happened()
  return { ...stage, on, comment: { ...at, comment_id: data.id } }
}

describe('reactions', () => {
  it('adding the same reaction twice answers 201, then 200, and leaves one', async () => {
    const { people, bot, on, happened } = await withComment()
    const react = () => people.rita.rest.reactions.createForIssue({ ...on, content: 'eyes' })
    const first = await react()
    const second = await react()
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.data.id).toBe(first.data.id)
    await bot.rest.reactions.createForIssue({ ...on, content: 'eyes' })
    const { data } = await people.eve.rest.reactions.listForIssue(on)
    expect(data.map(({ user }) => user?.login)).toEqual(['rita', 'tool[bot]'])
    expect((await people.eve.rest.issues.get(on)).data.reactions).toMatchObject({ eyes: 2, total_count: 2 })
    expect(happened()).toEqual([])
  })

  it('on a comment they are listed by content and taken back by who gave them', async () => {
    const { people, bot, comment } = await withComment()
    const { data } = await people.rita.rest.reactions.createForIssueComment({ ...comment, content: '+1' })
    await bot.rest.reactions.createForIssueComment({ ...comment, content: 'rocket' })
    const list = async (content?: '+1' | 'heart') =>
      (await people.eve.rest.reactions.listForIssueComment({ ...comment, ...(content && { content }) })).data
    expect([(await list()).length, (await list('+1')).length, (await list('heart')).length]).toEqual([
      2, 1, 0,
    ])
    const remove = { ...comment, reaction_id: data.id }
    expect(await statusOf(bot.rest.reactions.deleteForIssueComment(remove))).toBe(403)
    expect(await statusOf(people.wes.rest.reactions.deleteForIssueComment(remove))).toBe(403)
    expect((await people.rita.rest.reactions.deleteForIssueComment(remove)).status).toBe(204)
    expect(await statusOf(people.rita.rest.reactions.deleteForIssueComment(remove))).toBe(404)
  })

  it('reactions in a locked conversation are refused to everybody', async () => {
    const { people, bot, on, comment } = await withComment()
    await people.wes.rest.issues.lock(on)
    expect(await statusOf(people.olga.rest.reactions.createForIssue({ ...on, content: 'eyes' }))).toBe(403)
    expect(await statusOf(bot.rest.reactions.createForIssueComment({ ...comment, content: '+1' }))).toBe(403)
  })

  it('what does not exist has none', async () => {
    const { people } = await withComment()
    const { rest } = people.eve
    const comment = { ...at, comment_id: 1 }
    expect(await statusOf(rest.reactions.createForIssue({ ...at, issue_number: 9, content: 'eyes' }))).toBe(
      404,
    )
    expect(await statusOf(rest.reactions.listForIssueComment(comment))).toBe(404)
    expect(await statusOf(rest.reactions.listForPullRequestReviewComment(comment))).toBe(404)
    expect(
      await statusOf(rest.reactions.createForPullRequestReviewComment({ ...comment, content: 'eyes' })),
    ).toBe(404)
  })
})
