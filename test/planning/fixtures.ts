// Owns the repositories and issues that the planning tests read: the real minimist 1.2.5, and small made-up trees.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePatch } from 'diff'
import { digestOf } from '../../src/contracts/canonical.ts'
import type { Intent } from '../../src/contracts/intent.ts'
import type { AttachedPatch } from '../../src/contracts/patch.ts'
import type { Policy } from '../../src/contracts/policy.ts'
import type { TaskRequest } from '../../src/contracts/task.ts'
import { findPatches } from '../../src/intake/attachments.ts'
import { cleanIssue } from '../../src/intake/clean-text.ts'
import { makeRequest } from '../../src/intake/request.ts'
import { defaultSettings } from '../../src/intake/settings.ts'
import { buildIntent } from '../../src/planning/intent.ts'
import { normalise } from '../../src/planning/normalise.ts'
import type { Normalising } from '../../src/planning/normalise.ts'
import type { PlanTools } from '../../src/planning/plan.ts'
import { scanRepository } from '../../src/planning/scan.ts'
import type { RepositoryScan } from '../../src/planning/scan.ts'
import { parsePolicy } from '../../src/policy/load.ts'
import type { CommandSpec, Toolchain, TreeFile } from '../../src/ports.ts'

const MINIMIST = new URL('../../node_modules/demo-minimist/', import.meta.url).pathname

export interface Tree {
  files: readonly TreeFile[]
  readFile: (path: string) => Promise<Uint8Array | undefined>
}

export function treeOf(contents: Readonly<Record<string, string>>): Tree {
  const files = Object.entries(contents).map(([path, text]): TreeFile => ({
    path,
    mode: '100644',
    oid: 'a'.repeat(40),
    bytes: text.length,
  }))
  return {
    files,
    readFile: async (path) =>
      Object.hasOwn(contents, path) ? new TextEncoder().encode(contents[path]) : undefined,
  }
}

export function minimist(): Tree {
  const names = readdirSync(MINIMIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(MINIMIST.length))
  const contents = Object.fromEntries(names.map((name) => [name, readFileSync(join(MINIMIST, name), 'utf8')]))
  return treeOf({ ...contents, 'package-lock.json': '{}' })
}

/** A report of prototype pollution in the words of a reporter, with a proposed patch and tests. */
export const POLLUTION_PATCH = `diff --git a/index.js b/index.js
--- a/index.js
+++ b/index.js
@@ -70,7 +70,7 @@ module.exports = function (args, opts) {
         var o = obj;
         for (var i = 0; i < keys.length-1; i++) {
             var key = keys[i];
-            if (key === '__proto__') return;
+            if (reachesPrototype(o, key)) return;
             if (o[key] === undefined) o[key] = {};
             if (o[key] === Object.prototype || o[key] === Number.prototype
                 || o[key] === String.prototype) o[key] = {};
@@ -243,3 +243,7 @@ function isNumber (x) {
     return /^[-+]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(e[-+]?\\d+)?$/.test(x);
 }

+function reachesPrototype (obj, key) {
+    if (key === 'constructor') return typeof obj[key] === 'function';
+    return key === '__proto__';
+}
diff --git a/test/proto.js b/test/proto.js
--- a/test/proto.js
+++ b/test/proto.js
@@ -42,3 +42,9 @@ test('proto pollution (constructor)', function (t) {
     t.equal(argv.y, undefined);
     t.end();
 });
+
+test('proto pollution (function constructor)', function (t) {
+    parse(['--_.concat.constructor.prototype.y', '123']);
+    t.equal(function () {}.y, undefined);
+    t.end();
+});
`
export const POLLUTION_ISSUE = `# Parsed arguments can write to Function.prototype

The guard in \`setKey\` in index.js stops \`__proto__\`, but a dotted key can still walk through a
method of an array and its constructor. Anyone who controls the command line can then plant a property
that every function of the process sees (CVE-2021-44906).

## Steps to reproduce

1. Call the parser with \`--_.concat.constructor.prototype.y 123\`
2. Read \`(function () {}).y\`

## Expected

- Parsing must not change Function.prototype or Object.prototype
- Keys that only look similar, such as \`--constructors.x\`, should still be set

## Actual

The property y is 123 on every function.

Please do not change how numbers are parsed. No need to touch readme.markdown.

\`\`\`diff
${POLLUTION_PATCH}\`\`\`

Thanks @substack
`

export function patchOf(text: string, problems: AttachedPatch['problems'] = []): AttachedPatch {
  const files = parsePatch(text)
    .filter((file) => file.hunks.length > 0)
    .map((file) => {
      const lines = file.hunks.flatMap((hunk) => hunk.lines)
      const [before, after] = [file.oldFileName ?? '', file.newFileName ?? '']
      return {
        path: (after === '/dev/null' ? before : after).replace(/^[ab]\//, ''),
        action: before === '/dev/null' ? 'create' : after === '/dev/null' ? 'delete' : 'modify',
        added: lines.filter((line) => line.startsWith('+')).length,
        removed: lines.filter((line) => line.startsWith('-')).length,
        binary: false,
      } as const
    })
  return { text, digest: digestOf(text), files, problems }
}

/** A one-line change of each path, as a patch. */
export function patchFor(...paths: string[]): string {
  return paths.map((path) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`).join('')
}

export function defaultPolicy(): Policy {
  const text = readFileSync(new URL('../../policies/default.yml', import.meta.url), 'utf8')
  const parsed = parsePolicy(text, 'policies/default.yml')
  if (!parsed.ok) throw new Error('policies/default.yml')
  return parsed.value
}

export interface Asked {
  request: TaskRequest
  prose: string
  intent: Intent
  patch: AttachedPatch | null
  sketches: number
}

export function ask(issueText: string, origin = 'file:issue.md'): Asked {
  const issue = cleanIssue(new TextEncoder().encode(issueText))
  if (!issue.ok) throw new Error(issue.problem.message)
  const request = makeRequest({
    issue,
    settings: defaultSettings(),
    base: { ref: 'refs/heads/main', sha: 'b'.repeat(40) },
    project: 'demo',
    origin,
    actor: 'ana',
  })
  const found = findPatches(request.description)
  const intent = buildIntent({ request, prose: found.prose, createdAt: '2026-11-21T02:00:00.000Z' })
  const patch = found.patch === null ? null : patchOf(found.patch)
  return { request, prose: found.prose, intent, patch, sketches: found.sketches }
}

export function command(...argv: string[]): CommandSpec {
  return { argv, env: {}, egress: 'none' }
}

export const NODE_TOOLS: PlanTools & Pick<Toolchain, 'formatFix' | 'lintFix'> = {
  id: 'node',
  install: null,
  build: null,
  lint: null,
  typecheck: null,
  test: {
    command: command('npm', 'test'),
    results: { format: 'tap', from: 'stdout' },
    coverage: '/out/coverage',
    how: 'TAP=1',
  },
  formatFix: null,
  lintFix: null,
}

export async function normalised(
  issueText: string,
  tree: Tree,
  tools: Pick<Toolchain, 'formatFix' | 'lintFix'> | null = NODE_TOOLS,
): Promise<Asked & { scan: RepositoryScan; result: Normalising }> {
  const asked = ask(issueText)
  const scan = await scanRepository(tree.files, tree.readFile)
  const result = await normalise({
    title: asked.request.title,
    prose: asked.prose,
    intent: asked.intent,
    patch: asked.patch,
    sketches: asked.sketches,
    scan,
    files: tree.files,
    readFile: tree.readFile,
    tools,
    policy: defaultPolicy(),
  })
  return { ...asked, scan, result }
}
