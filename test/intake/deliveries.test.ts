// Owns the proof that webhooks are read for what they mean: every recorded one, real ones, and those of a wrong shape.
import recorded from '@octokit/webhooks-examples' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { Command } from '../../src/contracts/command.ts'
import { DELIVERIES, SUBSCRIBED_EVENTS, readDelivery } from '../../src/intake/deliveries.ts'
import type { DeliveryOptions } from '../../src/intake/deliveries.ts'
import type { Delivery } from '../../src/intake/deliveries/delivery.ts'

const RECORDED = recorded as unknown as readonly {
  name: string
  examples: readonly Record<string, unknown>[]
}[]
const OPTIONS: DeliveryOptions = { appId: 77, receivedAt: '2026-11-21T02:00:00.000Z' }
const OURS = new Set([...SUBSCRIBED_EVENTS, 'installation', 'installation_repositories'])

function read(event: string, payload: unknown, options: Partial<DeliveryOptions> = {}): Delivery {
  return readDelivery({ guid: 'g-1', event, payload }, { ...OPTIONS, ...options })
}

const repository = { id: 5, name: 'widgets', owner: { login: 'acme' }, default_branch: 'main' }
const around = { repository, installation: { id: 9 } }
const ana = { login: 'ana', id: 1, type: 'User' }
const bot = { login: 'helper[bot]', id: 2, type: 'Bot' }
const sha = 'a'.repeat(40)

function comment(body: string, part: object = {}, more: object = {}): unknown {
  const said = { id: 31, user: ana, body, created_at: '2026-11-20T10:00:00Z', ...part }
  return { action: 'created', ...around, sender: ana, issue: { number: 12 }, comment: said, ...more }
}

function labeled(name: string, more: object = {}): unknown {
  const issue = { number: 12, state: 'open' }
  return { action: 'labeled', ...around, sender: ana, issue, label: { name }, ...more }
}

function inline(body: string, part: object = {}): unknown {
  const said = {
    id: 41,
    user: ana,
    body,
    created_at: '2026-11-20T10:00:00Z',
    path: 'src/sum.js',
    line: 16,
    start_line: 14,
    pull_request_review_id: 45,
    ...part,
  }
  return { action: 'created', ...around, sender: ana, pull_request: { number: 13 }, comment: said }
}

function review(state: string, body: string | null, part: object = {}): unknown {
  const said = {
    id: 45,
    user: ana,
    body,
    state,
    submitted_at: '2026-11-20T10:00:00Z',
    commit_id: sha,
    ...part,
  }
  return { action: 'submitted', ...around, sender: ana, pull_request: { number: 13 }, review: said }
}

function summary(delivery: Delivery): string[] {
  return delivery.commands.map((one) => `${one.name} ${one.on} ${one.number} ${one.source} ${one.text}`)
}

describe('recorded deliveries', () => {
  const examples = RECORDED.flatMap(({ name, examples }) =>
    examples.map((payload, at) => ({ name, at, payload })),
  )

  test.each(examples.filter(({ name }) => OURS.has(name)))(
    '$name $payload.action ($at) is read, and what is read is whole',
    ({ name, payload }) => {
      const delivery = read(name, payload)
      expect(delivery.ignored ?? '').not.toContain('not as GitHub describes')
      const known = DELIVERIES.has(delivery.event)
      expect(delivery.ignored === 'Nothing here listens to this event.').toBe(!known)
      if (payload['repository'] !== undefined) expect(delivery.repository?.name).toMatch(/^\S+$/)
      for (const one of delivery.commands) expect(Command.parse(one)).toEqual(one)
    },
  )

  test('events that nothing reads are ignored with a sentence', () => {
    for (const { name, payload } of examples.filter(({ name }) => !OURS.has(name))) {
      const delivery = read(name, payload)
      expect([delivery.commands, delivery.ignored]).toEqual([[], 'Nothing here listens to this event.'])
    }
  })

  test('each event that is subscribed to was recorded at least once, so the table reads real names', () => {
    const names = RECORDED.map(({ name }) => name)
    expect(SUBSCRIBED_EVENTS.filter((event) => !names.includes(event))).toEqual([])
  })
})

describe('the table', () => {
  test.each([...DELIVERIES.keys()])('%s answers any shape with a sentence and nothing else', (key) => {
    const [event = '', action] = key.split('.')
    for (const part of [{}, { issue: 1, comment: [], review: null, pull_request: 'x', sender: {} }]) {
      const delivery = read(event, { ...(action === undefined ? {} : { action }), ...part })
      expect(delivery.commands).toEqual([])
      if (delivery.uninstalled || delivery.added.length > 0) continue
      if (key === 'installation.created' || key === 'installation.unsuspend') continue
      expect(delivery.ignored).toMatch(/\.$/)
    }
  })

  test.each([
    null,
    undefined,
    'text',
    7,
    [],
    { action: 7 },
    { repository: { id: 1, name: '../x', owner: {} } },
  ])('a payload that is %j is ignored', (payload) => {
    const delivery = read('issues', payload)
    expect(delivery.ignored).not.toBeNull()
    expect([delivery.commands, delivery.cancels, delivery.repository]).toEqual([[], [], null])
  })

  test('the field that is wrong is named', () => {
    const delivery = read('issue_comment', comment('/status', { id: 'x' }))
    expect(delivery.ignored).toContain('at comment.id:')
    expect(delivery.commands).toEqual([])
  })

  test('a repository whose name no address can hold is refused', () => {
    const delivery = read('issues', labeled('autopilot', { repository: { ...repository, name: 'a/../b' } }))
    expect([delivery.commands, delivery.repository]).toEqual([[], null])
    expect(delivery.ignored).toContain('repository')
  })
})

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

describe('what is touched', () => {
  test.each(['opened', 'synchronize', 'closed', 'labeled', 'ready_for_review', 'edited'])(
    'a pull request that was %s',
    (action) => {
      expect(read('pull_request', { action, ...around, pull_request: { number: 13 } }).touched.pulls).toEqual(
        [13],
      )
    },
  )

  test('checks of others touch their commit, our own do not, and Re-run on ours is heard', () => {
    const check = { name: 'autopilot/policy', external_id: 'k', head_sha: sha, app: { id: 77 } }
    const others = { ...check, name: 'CI', app: { id: 15368 } }
    const at = (action: string, check_run: object) =>
      read('check_run', { action, ...around, sender: ana, check_run })
    expect(at('completed', others).touched.heads).toEqual([sha])
    expect(at('completed', check).touched.heads).toEqual([])
    expect(at('rerequested', check).touched.rerequested).toEqual([
      {
        name: 'autopilot/policy',
        head: sha,
        external_id: 'k',
        by: { login: 'ana', id: 1, kind: 'user', app_id: null },
      },
    ])
    expect(at('rerequested', others).touched.rerequested).toEqual([])
    const suite = { head_sha: sha, app: { id: 77 } }
    const again = read('check_suite', { action: 'rerequested', ...around, sender: ana, check_suite: suite })
    expect(again.touched.rerequested).toMatchObject([{ name: null, head: sha }])
    expect(read('status', { sha, ...around }).touched.heads).toEqual([sha])
  })

  test('a run is seen with attempt, conclusion, path and who started the attempt', () => {
    const workflow_run = {
      id: 70,
      run_attempt: 2,
      status: 'completed',
      conclusion: 'failure',
      path: '.github/workflows/autopilot.yml@main',
      event: 'workflow_dispatch',
      display_title: 'h-0123456789',
      head_sha: sha,
      actor: bot,
      triggering_actor: ana,
    }
    expect(read('workflow_run', { action: 'completed', ...around, workflow_run }).touched.runs).toMatchObject(
      [
        {
          id: 70,
          attempt: 2,
          conclusion: 'failure',
          path: '.github/workflows/autopilot.yml',
          event: 'workflow_dispatch',
          title: 'h-0123456789',
          by: { login: 'ana' },
        },
      ],
    )
  })

  test('pushes to the default branch and to branches of ours, and no other', () => {
    const push = (ref: string) =>
      read('push', { ref, before: sha, after: '0'.repeat(40), forced: false, ...around, sender: ana }).touched
        .pushes
    expect(push('refs/heads/main')).toMatchObject([{ isDefault: true, by: { login: 'ana' } }])
    expect(push('refs/heads/autopilot/fix-1')).toMatchObject([{ isDefault: false }])
    expect([push('refs/heads/feature'), push('refs/tags/main'), push('refs/heads/autopilotx')]).toEqual([
      [],
      [],
      [],
    ])
  })

  test('a renamed and a transferred repository say both names under one id', () => {
    const renamed = { action: 'renamed', ...around, changes: { repository: { name: { from: 'old' } } } }
    expect(read('repository', renamed).moved).toEqual({
      from: { id: 5, owner: 'acme', name: 'old' },
      to: { id: 5, owner: 'acme', name: 'widgets' },
    })
    const moved = {
      action: 'transferred',
      ...around,
      changes: { owner: { from: { user: { login: 'ana' } } } },
    }
    expect(read('repository', moved).moved?.from.owner).toBe('ana')
  })

  test('an installation that ends, is suspended or loses repositories says so', () => {
    const installation = { id: 9 }
    const listed = [{ id: 5, full_name: 'acme/widgets' }]
    const at = (event: string, part: object) => read(event, { installation, ...part })
    expect(at('installation', { action: 'deleted', repositories: listed })).toMatchObject({
      uninstalled: true,
      installation: 9,
      gone: [{ id: 5, owner: 'acme', name: 'widgets' }],
    })
    expect(at('installation', { action: 'suspend' }).uninstalled).toBe(true)
    expect(at('installation', { action: 'created', repositories: listed }).added).toHaveLength(1)
    const removed = { action: 'removed', repositories_added: [], repositories_removed: listed }
    expect(at('installation_repositories', removed)).toMatchObject({ uninstalled: false, gone: [{ id: 5 }] })
  })
})
