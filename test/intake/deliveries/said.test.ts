// Owns the proof that labels, comments and reviews are read for what people ask, and for nothing that they did not.
import { describe, expect, test } from 'vitest'
import { Command } from '../../../src/contracts/command.ts'
import { OPTIONS, ana, bot, comment, inline, labeled, read, review, summary } from './payloads.ts'

describe('the label', () => {
  test('starts a task for the person who put it on', () => {
    const delivery = read('issues', labeled('Autopilot'))
    expect(delivery).toMatchObject({
      event: 'issues.labeled',
      repository: { id: 5, owner: 'acme', name: 'widgets' },
      installation: 9,
      implied: true,
      ignored: null,
    })
    expect(delivery.commands).toEqual([
      {
        name: 'autopilot',
        text: '',
        repository: { id: 5, owner: 'acme', name: 'widgets' },
        number: 12,
        on: 'issue',
        by: { login: 'ana', id: 1, kind: 'user', app_id: null },
        at: OPTIONS.receivedAt,
        source: 'label:g-1',
      },
    ])
  })

  test('another name can be chosen, and then autopilot is another label', () => {
    expect(read('issues', labeled('agent'), { label: 'agent' }).commands).toHaveLength(1)
    expect(read('issues', labeled('autopilot'), { label: 'agent' }).ignored).toBe('Another label.')
  })

  test('starts nothing on a closed issue or a pull request', () => {
    const closed = labeled('autopilot', { issue: { number: 12, state: 'closed' } })
    expect(read('issues', closed)).toMatchObject({ commands: [], ignored: 'The issue is closed.' })
    const pull = labeled('autopilot', { issue: { number: 12, state: 'open', pull_request: {} } })
    expect(read('issues', pull).commands).toEqual([])
  })

  test('put on by a bot it starts nothing and is answered', () => {
    const delivery = read('issues', labeled('autopilot', { sender: bot }))
    expect(delivery.commands).toEqual([])
    expect(delivery.answers).toMatchObject([{ kind: 'bot', number: 12, source: 'label:g-1' }])
  })

  test('taken off, or the issue closed or deleted: the task is cancelled, whoever did it', () => {
    for (const [action, because] of [
      ['unlabeled', 'unlabelled'],
      ['closed', 'closed'],
      ['deleted', 'deleted'],
    ]) {
      for (const sender of [ana, bot]) {
        const delivery = read('issues', labeled('autopilot', { action, sender }))
        expect(delivery.cancels).toMatchObject([
          { because, number: 12, by: { login: sender.login }, to: null },
        ])
        expect(delivery.commands).toEqual([])
      }
    }
    expect(read('issues', labeled('bug', { action: 'unlabeled' })).cancels).toEqual([])
  })

  test('a transferred issue is cancelled and says where it is now', () => {
    const changes = {
      new_issue: { number: 3 },
      new_repository: { id: 6, name: 'gears', owner: { login: 'acme' } },
    }
    const delivery = read('issues', labeled('x', { action: 'transferred', changes }))
    expect(delivery.cancels).toMatchObject([
      {
        because: 'transferred',
        number: 12,
        to: { number: 3, repository: { id: 6, owner: 'acme', name: 'gears' } },
      },
    ])
  })
})

describe('comments', () => {
  test('a created one is read for its command, with who, when and where', () => {
    const delivery = read('issue_comment', comment('Hi\r\n/reply keep it\r\nsmall'))
    expect(delivery.commands).toMatchObject([
      {
        name: 'reply',
        text: 'keep it\nsmall',
        on: 'issue',
        at: '2026-11-20T10:00:00.000Z',
        source: 'comment:31',
      },
    ])
    expect(delivery.implied).toBe(false)
    const onPull = comment('/status', {}, { issue: { number: 13, pull_request: { url: 'x' } } })
    expect(summary(read('issue_comment', onPull))).toEqual(['status pull 13 comment:31 '])
  })

  test.each(['edited', 'deleted'])('an %s one is never a command', (action) => {
    for (const event of ['issue_comment', 'pull_request_review_comment']) {
      const payload = { ...(comment('/abort') as object), pull_request: { number: 13 }, action }
      expect(read(event, payload)).toMatchObject({ commands: [], answers: [] })
      expect(read(event, payload).ignored).toMatch(/never read as a command|stays said/)
    }
  })

  test('talk is ignored, later commands and near misses are answered', () => {
    expect(read('issue_comment', comment('Nice work.')).ignored).toBe('The comment has no command.')
    const later = read('issue_comment', comment('/reject no'))
    expect(later).toMatchObject({
      commands: [],
      ignored: null,
      answers: [{ kind: 'later', source: 'comment:31' }],
    })
    expect(read('issue_comment', comment('/aport')).answers).toMatchObject([{ kind: 'hint' }])
  })

  test('a second command in a comment is said to be unread', () => {
    const delivery = read('issue_comment', comment('/status\n/abort'))
    expect(delivery.commands).toHaveLength(1)
    expect(delivery.answers[0]?.text).toContain('`/abort`, comment again')
  })

  test('bots ask for nothing, whatever their name, unless their App is allowed', () => {
    const via = { performed_via_github_app: { id: 88 } }
    const byBot = comment('/retry', { user: bot, ...via }, { sender: bot })
    expect(read('issue_comment', byBot).commands).toEqual([])
    expect(read('issue_comment', byBot).ignored).toContain('bot')
    const allowed = read('issue_comment', byBot, { allowedApps: [88] })
    expect(allowed.commands).toMatchObject([{ name: 'retry', by: { kind: 'bot', app_id: 88 } }])
    const unknown = comment('/retry', { user: bot }, { sender: bot })
    expect(read('issue_comment', unknown, { allowedApps: [88] }).commands).toEqual([])
    const odd = { ...ana, type: 'Mannequin' }
    expect(read('issue_comment', comment('/retry', { user: odd }, { sender: odd })).commands).toEqual([])
  })

  test('what our own App said is never a command, even where its id is allowed', () => {
    const own = comment('/retry', { user: bot, performed_via_github_app: { id: 77 } }, { sender: bot })
    expect(read('issue_comment', own, { allowedApps: [77] })).toMatchObject({
      commands: [],
      ignored: 'Autopilot said this itself.',
    })
  })

  test('sent by another account than its author, or by nobody, it is no command', () => {
    expect(read('issue_comment', comment('/abort', {}, { sender: bot })).commands).toEqual([])
    expect(read('issue_comment', comment('/abort', { user: null })).commands).toEqual([])
  })
})

describe('reviews', () => {
  test('a request for changes is a reply, and its review is named', () => {
    const delivery = read('pull_request_review', review('changes_requested', 'Use a Map.'))
    expect(summary(delivery)).toEqual(['reply pull 13 review:45 Use a Map.'])
    expect(delivery).toMatchObject({ implied: true, group: 'review:45', touched: { pulls: [13] } })
  })

  test('an approval, a remark and a request without words only touch the pull request', () => {
    for (const [state, body] of [
      ['approved', 'Thanks.'],
      ['commented', 'Hm.'],
      ['changes_requested', ''],
      ['changes_requested', null],
    ] as const) {
      const delivery = read('pull_request_review', review(state, body))
      expect(delivery).toMatchObject({ commands: [], touched: { pulls: [13] }, ignored: null })
    }
  })

  test('a command in a review counts, whatever the review says', () => {
    const delivery = read('pull_request_review', review('approved', '/explain'))
    expect(summary(delivery)).toEqual(['explain pull 13 review:45 '])
    expect([delivery.implied, delivery.touched.pulls]).toEqual([false, [13]])
  })

  test("a bot's review touches and commands nothing", () => {
    const payload = { ...(review('changes_requested', 'No.', { user: bot }) as object), sender: bot }
    expect(read('pull_request_review', payload)).toMatchObject({ commands: [], touched: { pulls: [13] } })
  })

  test('an edited review is no command', () => {
    const edited = { ...(review('changes_requested', '/abort') as object), action: 'edited' }
    expect(read('pull_request_review', edited).commands).toEqual([])
  })

  test('an inline comment is a reply with its file and lines', () => {
    const delivery = read('pull_request_review_comment', inline('Use a Map.'))
    expect(summary(delivery)).toEqual([
      'reply pull 13 review-comment:41 At src/sum.js, lines 14 to 16:\n\nUse a Map.',
    ])
    expect(delivery).toMatchObject({ implied: true, group: 'review:45' })
    const outdated = inline('x', { line: null, start_line: null, original_line: 9 })
    expect(read('pull_request_review_comment', outdated).commands[0]?.text).toBe(
      'At src/sum.js, line 9:\n\nx',
    )
    const file = inline('x', { line: null, start_line: null })
    expect(read('pull_request_review_comment', file).commands[0]?.text).toBe('At src/sum.js:\n\nx')
  })

  test('a typed /reply in an inline comment keeps the place, other commands stand alone', () => {
    const typed = read('pull_request_review_comment', inline('/reply use a Map'))
    expect(typed.commands[0]?.text).toBe('At src/sum.js, lines 14 to 16:\n\nuse a Map')
    expect(typed.implied).toBe(false)
    expect(summary(read('pull_request_review_comment', inline('/explain')))).toEqual([
      'explain pull 13 review-comment:41 ',
    ])
  })

  test('an answer within a thread is talk', () => {
    const delivery = read('pull_request_review_comment', inline('Agreed.', { in_reply_to_id: 40 }))
    expect(delivery.commands).toEqual([])
    expect(delivery.ignored).toContain('talk between people')
  })

  test('the longest comment with a place still fits a command', () => {
    const delivery = read('pull_request_review_comment', inline('x'.repeat(65_536)))
    expect(Command.parse(delivery.commands[0]).text).toHaveLength(65_536)
    expect(read('issue_comment', comment('x'.repeat(65_537))).ignored).toContain('at comment.body')
  })
})
