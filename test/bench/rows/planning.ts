// Measures planning on generated repositories: from an opened repository and an issue to a spec and a plan.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import { openGit } from '../../../src/adapters/git/open.ts'
import { digestOf } from '../../../src/contracts/canonical.ts'
import { findPatches } from '../../../src/intake/attachments.ts'
import { makeRequest } from '../../../src/intake/request.ts'
import { defaultSettings } from '../../../src/intake/settings.ts'
import { buildIntent } from '../../../src/planning/intent.ts'
import { normalise } from '../../../src/planning/normalise.ts'
import { buildPlan } from '../../../src/planning/plan.ts'
import { preflightLoop } from '../../../src/planning/preflight.ts'
import { decideRisk } from '../../../src/planning/risk.ts'
import { scanRepository } from '../../../src/planning/scan.ts'
import { draftSpec } from '../../../src/planning/spec.ts'
import { parsePolicy } from '../../../src/policy/load.ts'
import { detectToolchain } from '../../../src/toolchains/registry.ts'
import { attachPatch } from '../../../src/work/patch.ts'
import { makeRepository } from '../repository.ts'
import { atMost, percentile, timed } from '../row.ts'
import type { Row } from '../row.ts'

const ROUNDS = 5
const BODY = `\`compute7\` in src/part0/module7.js adds the wrong number.

\`\`\`diff
--- a/src/part0/module7.js
+++ b/src/part0/module7.js
@@ -1,3 +1,3 @@
 export function compute7(value) {
-  return value + 7
+  return value + 8
 }
\`\`\`
`

export async function rows(): Promise<Row[]> {
  return [await planned(2000, 300), await planned(20_000, 2000)]
}

async function planned(files: number, bound: number): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'autopilot-bench-'))
  try {
    const repo = await makeRepository(join(folder, 'repo'), files)
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      // A new directory each time: what the adapter remembers of a tree must not make the figure better.
      const opened = await openGit({ repo, gitDir: join(folder, `git${round}`) })
      if (!opened.ok) throw new Error(opened.problems.map((problem) => problem.message).join('; '))
      times.push(await timed(() => planOnce(opened.git, opened.facts.head)))
      await opened.git.close()
    }
    return atMost(`plan.files_${files}`, percentile(times, 0.5), 'ms', bound)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Git = Extract<Awaited<ReturnType<typeof openGit>>, { ok: true }>

async function planOnce(git: Git['git'], base: Git['facts']['head']): Promise<void> {
  const settings = defaultSettings()
  const issue = {
    ok: true,
    title: 'Fix compute7',
    body: BODY,
    rawDigest: digestOf(BODY),
    removed: [],
  } as const
  const request = makeRequest({
    issue,
    settings,
    base,
    project: 'bench',
    origin: 'file:issue.md',
    actor: 'bench',
  })
  const attached = findPatches(request.description)
  const patch = attached.patch === null ? null : attachPatch(attached.patch)
  const intent = buildIntent({ request, prose: attached.prose, createdAt: '2026-11-21T02:00:00.000Z' })
  const files = await git.tree(base.sha)
  const read = (path: string): Promise<Uint8Array | undefined> => git.readFile(path, base.sha)
  const scan = await scanRepository(files, read)
  const options = {
    commands: {},
    scripts: true,
    allowHosts: [],
    registry: 'http://127.0.0.1:9/',
    versions: {},
  }
  const toolchain = await detectToolchain(files, read, options)
  if (toolchain === null || 'problem' in toolchain)
    throw new Error('the generated repository has no toolchain')
  const policyFile = new URL('../../../policies/default.yml', import.meta.url)
  const policy = parsePolicy(await readFile(policyFile, 'utf8'), 'default.yml')
  if (!policy.ok) throw new Error('the default policy does not parse')
  const { prose, sketches } = attached
  const ready = await normalise({
    title: request.title,
    prose,
    intent,
    patch,
    sketches,
    scan,
    files,
    readFile: read,
    tools: toolchain,
    policy: policy.value,
  })
  if (ready.kind !== 'ready') throw new Error(`planning ended as ${ready.kind}`)
  const { task } = ready
  const risk = decideRisk({
    asked: 2,
    triggers: policy.value.risk_triggers,
    tierPaths: policy.value.merge.tier_paths,
    files: task.files,
    patch,
  })
  const draft = draftSpec({ request, intent, task, risk, scan, testCommand: 'npm test' })
  const checked = preflightLoop(draft, { paths: scan.paths, planned: task.files, fired: risk.fired })
  if (!checked.ok) throw new Error('the spec does not pass its pre-flight')
  const plan = buildPlan({
    spec: checked.spec,
    task,
    scan,
    toolchain,
    policy: policy.value,
    limits: request.limits,
  })
  if (!plan.ok) throw new Error(plan.problem.message)
}
