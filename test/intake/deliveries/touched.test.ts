// Owns the proof that webhooks say what reads differently now: pull requests, commits, runs, branches, repositories.
import { describe, expect, test } from 'vitest'
import { ana, around, bot, read, sha } from './payloads.ts'

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
