// Owns a pull request that the default policy merges, from which tests take away or change one thing at a time.
import { readFileSync } from 'node:fs'
import type { Actor } from '../../src/contracts/command.ts'
import type { RunClaims } from '../../src/contracts/merge.ts'
import type { MergeRule, Policy } from '../../src/contracts/policy.ts'
import type { PullFacts } from '../../src/contracts/pull-facts.ts'
import { renderYamlProblem } from '../../src/contracts/strict-yaml.ts'
import type { MergeQuestion } from '../../src/policy/decide.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import type { EffectivePolicy } from '../../src/policy/load.ts'

export const DEFAULTS = readFileSync(new URL('../../policies/default.yml', import.meta.url), 'utf8')

export const APP = 4711
export const HEAD = 'a1b2c3d000000000000000000000000000000001'
export const OLD_HEAD = 'b1b2c3d000000000000000000000000000000002'
export const TREE = '9f3c1ab000000000000000000000000000000003'
export const BASE = 'c0ffee0000000000000000000000000000000004'
export const AT = '2026-11-21T02:00:00.000Z'
export const ACTIONS = 15_368

export function person(login: string, id: number): Actor {
  return { login, id, kind: 'user', app_id: null }
}
/** GitHub names the App beside a pull request, and the bot's account alone beside a commit. */
export const BOT: Actor = { login: 'autopilot[bot]', id: 900, kind: 'bot', app_id: APP }
export const BOT_ACCOUNT: Actor = { ...BOT, app_id: null }
export const WEB_FLOW = person('web-flow', 19_864_447)
export const ANA = person('ana', 1)
export const BEN = person('ben', 2)
export const CYD = person('cyd', 3)

export type Review = PullFacts['reviews'][number]
export type Check = PullFacts['checks'][number]
export type Commit = PullFacts['commits'][number]
export type File = PullFacts['files'][number]

export function commit(part: Partial<Commit> = {}): Commit {
  return { sha: HEAD, author: BOT_ACCOUNT, committer: WEB_FLOW, verified: true, parents: 1, ...part }
}

export function review(author: Actor, part: Partial<Review> = {}): Review {
  return { id: author.id, author, may_write: true, state: 'approved', commit: HEAD, at: AT, ...part }
}

export function check(name: string, part: Partial<Check> = {}): Check {
  return {
    kind: 'check',
    name,
    app_id: ACTIONS,
    app_slug: 'github-actions',
    status: 'completed',
    conclusion: 'success',
    url: null,
    id: 1,
    ...part,
  }
}

export function status(name: string, conclusion: string, part: Partial<Check> = {}): Check {
  return check(name, { kind: 'status', app_id: null, app_slug: null, conclusion, ...part })
}

export function file(path: string, part: Partial<File> = {}): File {
  return { path, previous_path: null, status: 'modified', added: 4, removed: 2, binary: false, ...part }
}

export function pull(part: Partial<PullFacts> = {}): PullFacts {
  return {
    schema: 'autopilot/pull-facts@1',
    repo: { id: 77, owner: 'acme', name: 'tool', default_branch: 'main', private: false },
    number: 12,
    url: 'https://github.example/acme/tool/pull/12',
    state: 'open',
    draft: false,
    fork: false,
    title: 'Fix parse',
    author: BOT,
    base: { ref: 'main', sha: BASE },
    head: { ref: 'autopilot/fix-parse-abc123', sha: HEAD, tree: TREE },
    mergeable: 'yes',
    labels: ['bug'],
    files: [file('src/parse.js'), file('test/parse.js', { added: 20, removed: 0 })],
    files_complete: true,
    commits: [commit()],
    commits_complete: true,
    reviews: [],
    checks: [check('test'), check('autopilot/quality', { app_id: APP, app_slug: 'autopilot', id: 2 })],
    in_merge_queue: false,
    read_at: AT,
    ...part,
  }
}

export function claims(part: Partial<RunClaims> = {}): RunClaims {
  return {
    run: 'r-0123456789',
    outcome: 'change',
    tree: TREE,
    base: { ref: 'main', sha: BASE },
    tier: 3,
    quality: { accepted: true, tree: TREE },
    council: { decision: 'approve', tree: TREE },
    sandbox: 'bwrap',
    lost_tests: 0,
    ...part,
  }
}

/** The default policy under a repository's file. */
export function effective(own?: string): EffectivePolicy {
  const result = loadPolicy(DEFAULTS, own === undefined ? null : { text: own })
  if (!result.ok) throw new Error(result.problems.map(renderYamlProblem).join('\n'))
  return result.value
}

export const DEFAULT = effective()

export function withRules(rules: MergeRule[], part: Partial<Policy['merge']> = {}): Policy {
  return { ...DEFAULT.policy, merge: { ...DEFAULT.policy.merge, ...part, rules } }
}

/** Tier 3 unless a part says otherwise: what the default policy merges without a person. */
export function question(part: Partial<MergeQuestion> = {}): MergeQuestion {
  return {
    policy: DEFAULT.policy,
    policyDigest: DEFAULT.digest,
    settings: { risk_tier: 3, protected_paths: [] },
    facts: pull(),
    run: claims(),
    appId: APP,
    kind: 'task',
    ...part,
  }
}
