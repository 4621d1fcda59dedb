// Owns the proof of comments: who writes, edits and deletes them, and in which order they are listed.
import { describe, expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

async function withIssue() {
  const stage = await openStage()
  const { data } = await stage.people.eve.rest.issues.create({ ...at, title: 'sum subtracts' })
  const on = { ...at, issue_number: data.number }
  const say = async (who: 'eve' | 'wes' | 'rita', body: string) =>
    (await stage.people[who].rest.issues.createComment({ ...on, body })).data
  stage.happened()
  return { ...stage, on, say }
}

describe('comments', () => {
  it('anyone who may read comments, and the event carries issue and comment', async () => {
    const { people, on, told, happened } = await withIssue()
    const { data, headers } = await people.eve.rest.issues.createComment({ ...on, body: 'Look.' })
    expect(data).toMatchObject({ body: 'Look.', user: { login: 'eve' }, author_association: 'NONE' })
    expect(headers.location).toBe(data.url)
    expect(happened()).toEqual(['issue_comment.created'])
    const { issue, comment } = await told('issue_comment.created')
    expect(comment.id).toBe(data.id)
    expect(issue.comments).toBe(1)
    expect(issue.pull_request).toBeUndefined()
    expect((await people.eve.rest.issues.get(on)).data.comments).toBe(1)
  })

  it('an empty comment, and one longer than 65,536 characters, answers 422', async () => {
    const { people, on, happened, say } = await withIssue()
    const comment = (body: string) => people.eve.rest.issues.createComment({ ...on, body })
    expect(await statusOf(comment(' \n'))).toBe(422)
    await expect(comment('x'.repeat(65_537))).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ message: 'body is too long (maximum is 65536 characters)' }] } },
    })
    expect(happened()).toEqual([])
    const { id } = await say('eve', 'x'.repeat(65_536))
    const edited = people.eve.rest.issues.updateComment({ ...at, comment_id: id, body: '' })
    expect(await statusOf(edited)).toBe(422)
  })

  it('an edited comment keeps its id and author, changes updated_at and sends the old text in changes', async () => {
    const { people, loopback, say, told, happened } = await withIssue()
    const before = await say('eve', 'ship it')
    loopback.forge.clock.advance(5000)
    const edit = { ...at, comment_id: before.id, body: 'do not ship it' }
    const { data } = await people.wes.rest.issues.updateComment(edit)
    expect(data).toMatchObject({ id: before.id, user: { login: 'eve' }, created_at: before.created_at })
    expect(Date.parse(data.updated_at)).toBeGreaterThan(Date.parse(before.updated_at))
    expect(await told('issue_comment.edited')).toMatchObject({
      changes: { body: { from: 'ship it' } },
      comment: { body: 'do not ship it' },
      sender: { login: 'wes' },
    })
    await people.wes.rest.issues.updateComment(edit)
    expect(happened()).toEqual(['issue_comment.created', 'issue_comment.edited'])
  })

  it('whoever wrote a comment may edit or delete it, and so may everybody with write access', async () => {
    const { people, say } = await withIssue()
    const { id } = await say('eve', 'mine')
    const own = await say('wes', 'his')
    const edit = (who: 'eve' | 'rita' | 'tess' | 'wes', comment_id: number) =>
      statusOf(people[who].rest.issues.updateComment({ ...at, comment_id, body: `by ${who}` }))
    expect([await edit('rita', id), await edit('tess', id), await edit('eve', own.id)]).toEqual([
      403, 403, 403,
    ])
    expect([await edit('eve', id), await edit('wes', id)]).toEqual([0, 0])
    expect(await statusOf(people.tess.rest.issues.deleteComment({ ...at, comment_id: id }))).toBe(403)
    expect((await people.eve.rest.issues.deleteComment({ ...at, comment_id: id })).status).toBe(204)
    expect(await statusOf(people.eve.rest.issues.getComment({ ...at, comment_id: id }))).toBe(404)
  })

  it('an App with write permission for issues edits the comments of others, and only the sender tells', async () => {
    const { bot, say, told } = await withIssue()
    const { id } = await say('eve', 'approve')
    const { data } = await bot.rest.issues.updateComment({ ...at, comment_id: id, body: 'deny' })
    expect(data.user?.login).toBe('eve')
    expect(data.performed_via_github_app).toBeNull()
    expect((await told('issue_comment.edited')).sender.login).toBe('tool[bot]')
  })

  it('a deleted comment is told with its text', async () => {
    const { people, say, told } = await withIssue()
    const { id } = await say('eve', 'gone')
    await people.wes.rest.issues.deleteComment({ ...at, comment_id: id })
    const { comment, issue } = await told('issue_comment.deleted')
    expect(comment).toMatchObject({ id, body: 'gone' })
    expect(issue.comments).toBe(0)
  })

  it('a locked conversation refuses comments (403) of everybody without write access', async () => {
    const { people, bot, on } = await withIssue()
    await people.wes.rest.issues.lock(on)
    const comment = (who: 'eve' | 'tess' | 'wes') =>
      statusOf(people[who].rest.issues.createComment({ ...on, body: 'x' }))
    expect([await comment('eve'), await comment('tess'), await comment('wes')]).toEqual([403, 403, 0])
    expect((await bot.rest.issues.createComment({ ...on, body: 'x' })).status).toBe(201)
  })
})

describe('lists of comments', () => {
  it('comments are listed by ascending id, and editing one does not move it', async () => {
    const { people, on, say, loopback } = await withIssue()
    const ids = [(await say('eve', 'a')).id, (await say('wes', 'b')).id, (await say('rita', 'c')).id]
    loopback.forge.clock.advance(60_000)
    const since = loopback.forge.clock.iso()
    await people.wes.rest.issues.updateComment({ ...at, comment_id: ids[0] ?? 0, body: 'a2' })
    const { data } = await people.eve.rest.issues.listComments(on)
    expect(data.map(({ id }) => id)).toEqual(ids)
    const { data: changed } = await people.eve.rest.issues.listComments({ ...on, since })
    expect(changed.map(({ body }) => body)).toEqual(['a2'])
    const { data: second, headers } = await people.eve.rest.issues.listComments({
      ...on,
      per_page: 1,
      page: 2,
    })
    expect(second.map(({ body }) => body)).toEqual(['b'])
    expect(headers.link).toContain('rel="next"')
  })

  it('those of a repository are ordered by id, or as asked', async () => {
    const { people, say, loopback } = await withIssue()
    const { id } = await say('eve', 'a')
    await say('wes', 'b')
    loopback.forge.clock.advance(60_000)
    await people.eve.rest.issues.updateComment({ ...at, comment_id: id, body: 'a2' })
    const list = async (more: { sort?: 'updated' | 'created'; direction?: 'asc' | 'desc' }) =>
      (await people.eve.rest.issues.listCommentsForRepo({ ...at, ...more })).data.map(({ body }) => body)
    expect(await list({ direction: 'desc' })).toEqual(['a2', 'b'])
    expect(await list({ sort: 'created' })).toEqual(['b', 'a2'])
    expect(await list({ sort: 'updated', direction: 'asc' })).toEqual(['b', 'a2'])
  })
})
