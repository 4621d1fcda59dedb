// Holds the recipe worker to the Worker port over real folders and processes, and each recipe to its own promise.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { RECIPES } from '../../../../src/adapters/workers/recipe/registry.ts'
import { makeRecipeWorker } from '../../../../src/adapters/workers/recipe/worker.ts'
import { RecipeChoice } from '../../../../src/contracts/plan.ts'
import { WorkerEvent } from '../../../../src/contracts/transcript.ts'
import type { WorkerJob, Workspace } from '../../../../src/ports.ts'
import { makeFolderWorkspace } from '../../../fakes/folder-workspace.ts'
import type { FolderWorkspace } from '../../../fakes/folder-workspace.ts'
import { directive, makeJob, makeToolchain, patchChoice } from '../../../fakes/worker-job.ts'
import { opened, repository, sharedRepository } from '../../git/repository.ts'
import type { Files } from '../../git/repository.ts'

const FILES: Files = { 'lib/x.js': 'one\ntwo\nthree\n', 'package.json': '{}\n' }
const HUNK = '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n'
const PATCH = `--- a/lib/x.js\n+++ b/lib/x.js\n${HUNK}`

// a worker is given a copy
const untouched = sharedRepository(FILES)

async function workspaceOf(files?: Files): Promise<FolderWorkspace> {
  const { git, base } = files === undefined ? await untouched() : await opened(await repository(files))
  const workspace = await makeFolderWorkspace({ trees: git, base })
  onTestFinished(() => workspace.close())
  return workspace
}

async function eventsOf(job: WorkerJob, workspace: Workspace, signal = new AbortController().signal) {
  const events: WorkerEvent[] = []
  for await (const event of makeRecipeWorker().run(job, workspace, signal)) events.push(event)
  return events
}

function lastOf(events: readonly WorkerEvent[]) {
  const last = events.at(-1)
  if (last?.type !== 'finished') throw new Error('the last event is not finished')
  return last
}

/** Every recipe with a job that it can do. */
const doable: Record<RecipeChoice['id'], WorkerJob> = {
  'attached-patch': makeJob(patchChoice(PATCH)),
  'dependency-bump': makeJob(
    { id: 'dependency-bump', package: 'left-pad', version: '^1.3.0' },
    { toolchain: makeToolchain({ bump: 'echo "$1 $2" > package.json' }) },
  ),
  format: makeJob({ id: 'format' }, { toolchain: makeToolchain({ format: 'echo formatted > lib/x.js' }) }),
  'lint-fix': makeJob({ id: 'lint-fix' }, { toolchain: makeToolchain({ lint: 'echo linted > lib/x.js' }) }),
}

test('the registry holds every recipe that a plan can choose, by its id', () => {
  const ids = RecipeChoice.options.map((option) => option.shape.id.value)
  expect([...RECIPES.keys()].sort()).toEqual(ids.toSorted())
  for (const [id, recipe] of RECIPES) expect(recipe.id).toBe(id)
})

test.each([...RECIPES.keys()])('%s keeps the contract of the Worker port', async (id) => {
  const job = doable[id]
  const events = await eventsOf(job, await workspaceOf())
  for (const event of events) expect(WorkerEvent.parse(event)).toEqual(event)
  expect(events[0]).toMatchObject({ type: 'started', worker: 'recipe' })
  expect(events.filter((event) => event.type === 'finished')).toHaveLength(1)
  expect(lastOf(events).stop).toBe('done')
  expect(events.filter((event) => event.type === 'tool' && event.ok)).toHaveLength(1)
  expect(events.filter((event) => event.type === 'file').length).toBeGreaterThan(0)

  const broken = { exec: fail, changes: fail, read: fail, list: fail, close: fail } as unknown as Workspace
  const crashed = await eventsOf(job, broken)
  expect(lastOf(crashed)).toMatchObject({ stop: 'crash', detail: 'The sandbox broke: no disk' })
  expect(lastOf(crashed).suggestion).not.toBe('')

  const retried = await eventsOf({ ...job, visit: 2, directive }, await workspaceOf())
  expect(retried.map((event) => event.type)).toEqual(['started', 'finished'])
  expect(lastOf(retried)).toMatchObject({ stop: 'refused' })
  expect(lastOf(retried).detail).toContain('cannot answer tests')
})

function fail(): never {
  throw new Error('no disk')
}

test('the worker names itself, and a plan without a recipe is a usage error', async () => {
  expect(await makeRecipeWorker().probe()).toEqual({ name: 'recipe', version: '1', sha256: null })
  expect(lastOf(await eventsOf(makeJob(null), await workspaceOf()))).toMatchObject({ stop: 'usage_error' })
})

test.each([
  ['a/ and b/', PATCH],
  ['no prefixes', `--- lib/x.js\n+++ lib/x.js\n${HUNK}`],
  ['other top folders', `--- pkg-1/lib/x.js\n+++ pkg-2/lib/x.js\n${HUNK}`],
  ['git, no prefix', `diff --git lib/x.js lib/x.js\n--- lib/x.js\n+++ lib/x.js\n${HUNK}`],
  ['no last newline', PATCH.trimEnd()],
])('a patch with %s is applied', async (_, patch) => {
  const workspace = await workspaceOf()
  const events = await eventsOf(makeJob(patchChoice(patch)), workspace)
  expect(lastOf(events)).toEqual({
    type: 'finished',
    stop: 'done',
    detail: '1 file changed.',
    suggestion: '',
  })
  expect(events.filter((event) => event.type === 'file')).toEqual([
    { type: 'file', path: 'lib/x.js', action: 'modify' },
  ])
  expect(await readFile(join(workspace.folder, 'lib/x.js'), 'utf8')).toBe('one\n2\nthree\n')
})

test('creations, deletions and renames are told as files', async () => {
  const patch =
    'diff --git a/lib/x.js b/lib/y.js\nsimilarity index 100%\nrename from lib/x.js\nrename to lib/y.js\n' +
    'diff --git a/test/new.js b/test/new.js\nnew file mode 100644\n' +
    '--- /dev/null\n+++ b/test/new.js\n@@ -0,0 +1 @@\n+new\n'
  const events = await eventsOf(makeJob(patchChoice(patch)), await workspaceOf())
  expect(events.flatMap((event) => (event.type === 'file' ? [[event.path, event.action]] : []))).toEqual([
    ['lib/x.js', 'delete'],
    ['lib/y.js', 'create'],
    ['test/new.js', 'create'],
  ])
})

test.each([
  ['that does not fit', PATCH.replace('-two', '-deux'), 'lib/x.js: patch does not apply'],
  ['for a missing file', PATCH.replaceAll('x.js', 'none.js'), 'lib/none.js: No such file or directory'],
  ['with CRLF line ends', PATCH.replaceAll('\n', '\r\n'), 'lib/x.js: patch does not apply'],
  ['that is cut off', PATCH.slice(0, -8), 'corrupt patch at line'],
  ['with a path outside', '--- /dev/null\n+++ b/../x.js\n@@ -0,0 +1 @@\n+x\n', "invalid path '../x.js'"],
])('a patch %s cannot be applied, in git’s own words, and changes nothing', async (_, patch, reason) => {
  const workspace = await workspaceOf()
  const events = await eventsOf(makeJob(patchChoice(patch)), workspace)
  const last = lastOf(events)
  expect(last.stop).toBe('cannot_apply')
  expect(last.detail).toContain(reason)
  expect(last.suggestion).toContain('git diff')
  expect(events.find((event) => event.type === 'tool')).toMatchObject({ tool: 'git apply', ok: false })
  expect(await workspace.changes()).toMatchObject({ ok: true, changes: { files: [] } })
})

test('a patch that fits in one file and not in another changes neither', async () => {
  const workspace = await workspaceOf({ ...FILES, 'lib/z.js': 'other\n' })
  const events = await eventsOf(makeJob(patchChoice(PATCH + PATCH.replaceAll('x.js', 'z.js'))), workspace)
  expect(lastOf(events).stop).toBe('cannot_apply')
  expect(await readFile(join(workspace.folder, 'lib/x.js'), 'utf8')).toBe('one\ntwo\nthree\n')
})

test('a patch that makes an escaping symlink is refused with the rule’s sentence', async () => {
  const patch =
    'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n' +
    '\\ No newline at end of file\n'
  const last = lastOf(await eventsOf(makeJob(patchChoice(patch)), await workspaceOf()))
  expect(last).toMatchObject({ stop: 'refused', detail: 'The symlink l has an absolute target.' })
})

test('a formatter with nothing to do is empty', async () => {
  const job = makeJob({ id: 'format' }, { toolchain: makeToolchain({ format: 'true' }) })
  expect(lastOf(await eventsOf(job, await workspaceOf()))).toMatchObject({ stop: 'empty' })
})

test('a tool for the whole repository is given the paths of the plan', async () => {
  const toolchain = makeToolchain({ format: 'echo "$@" > lib/x.js' })
  const formatFix = {
    argv: ['sh', '-c', 'echo "$@" > lib/x.js', 'sh', '--write', '.'],
    env: {},
    egress: 'none',
  } as const
  const job = makeJob({ id: 'format' }, { toolchain: { ...toolchain, formatFix } })
  const scope = { paths: ['lib/', 'package.json'], out: [] }
  const workspace = await workspaceOf()
  await eventsOf({ ...job, plan: { ...job.plan, scope } }, workspace)
  expect(Buffer.from((await workspace.read('lib/x.js', 1000)) ?? []).toString()).toBe(
    '--write ./lib ./package.json\n',
  )
})

test('a linter that repairs some and reports the rest is done and says so; one that only fails is not', async () => {
  const run = async (lint: string) => {
    const job = makeJob({ id: 'lint-fix' }, { toolchain: makeToolchain({ lint }) })
    return lastOf(await eventsOf(job, await workspaceOf()))
  }
  const some = await run('echo fixed > lib/x.js; echo "error  1 problem left"; exit 1')
  expect(some).toMatchObject({ stop: 'done' })
  expect(some.detail).toContain('1 file changed. sh -c ended with exit code 1: error  1 problem left')
  expect(await run('echo "error no config" >&2; exit 2')).toMatchObject({
    stop: 'cannot_apply',
    detail: 'sh -c ended with exit code 2: error no config',
  })
})

test('without a toolchain, or a tool in it, the recipe says what is missing', async () => {
  const workspace = await workspaceOf()
  for (const id of ['format', 'lint-fix'] as const) {
    expect(lastOf(await eventsOf(makeJob({ id }), workspace)).stop).toBe('cannot_apply')
    const empty = makeJob({ id }, { toolchain: makeToolchain({}) })
    expect(lastOf(await eventsOf(empty, workspace)).detail).toContain('node toolchain')
  }
  const bump = makeJob({ id: 'dependency-bump', package: 'x', version: '1.0.0' })
  expect(lastOf(await eventsOf(bump, workspace)).stop).toBe('cannot_apply')
})

test.each([
  ['--registry=http://x', '1.0.0'],
  ['../evil', '1.0.0'],
  ['a/../../b', '1.0.0'],
  ['git+ssh://x', '1.0.0'],
  ['x y', '1.0.0'],
  ['x', '-g'],
  ['x', 'http://x/y.tgz'],
  ['x', 'file:..'],
  ['x', '1 --force'],
])('the bump of %j to %j reaches no command', async (name, version) => {
  const toolchain = makeToolchain({ bump: 'echo ran > package.json' })
  const job = makeJob({ id: 'dependency-bump', package: name, version }, { toolchain })
  const events = await eventsOf(job, await workspaceOf())
  expect(events.map((event) => event.type)).toEqual(['started', 'finished'])
  expect(lastOf(events).stop).toBe('usage_error')
})

test('a bump that fails half-way is given up', async () => {
  const toolchain = makeToolchain({
    bump: 'echo half > package.json; echo "npm error code E404" >&2; exit 1',
  })
  const job = makeJob(
    { id: 'dependency-bump', package: '@scope/x.y', version: '>=2.0.0-rc.1' },
    { toolchain },
  )
  const last = lastOf(await eventsOf(job, await workspaceOf()))
  expect(last).toMatchObject({ stop: 'cannot_apply' })
  expect(last.detail).toContain('npm error code E404')
})

test('a command that never ends is a timeout, a stopped run too, a killed or flooding one a crash', async () => {
  const run = async (line: string, limits: object, signal?: AbortSignal) => {
    const toolchain = makeToolchain({ format: line })
    if (toolchain.formatFix !== null) toolchain.formatFix = { ...toolchain.formatFix, limits }
    return lastOf(await eventsOf(makeJob({ id: 'format' }, { toolchain }), await workspaceOf(), signal)).stop
  }
  expect(await run('sleep 60', { wallMs: 300 })).toBe('timeout')
  expect(await run('sleep 60', {}, AbortSignal.timeout(300))).toBe('timeout')
  expect(await run('kill -9 $$', {})).toBe('crash')
  expect(await run('yes', { outputBytes: 100_000 })).toBe('crash')
})

test('long output is cut in the transcript, and its end is kept', async () => {
  const toolchain = makeToolchain({ format: 'yes | head -c 100000; echo the end; echo x > lib/x.js' })
  const events = await eventsOf(makeJob({ id: 'format' }, { toolchain }), await workspaceOf())
  const tool = events.find((event) => event.type === 'tool')
  expect(tool?.output.length).toBeLessThan(20_000)
  expect(tool?.output).toContain('bytes left out]')
  expect(tool?.output).toContain('the end\n')
})
