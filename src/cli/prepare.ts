// Owns what a new task starts with: the issue cleaned and pinned, settings from the base commit, the policies shipped.
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, resolve } from 'node:path'
import type { Settings } from '../contracts/settings.ts'
import { renderYamlProblem } from '../contracts/strict-yaml.ts'
import { cleanIssue } from '../intake/clean-text.ts'
import { makeRequest } from '../intake/request.ts'
import { defaultSettings, parseSettings, SETTINGS_FILE } from '../intake/settings.ts'
import type { TaskInputs } from '../pipeline/inputs.ts'
import { EXIT, Refusal } from './exit-codes.ts'
import { renderProblem, type Outside } from './outside.ts'

/** Refuses, with exit code 4 and one sentence each, what cannot be worked on. */
export async function prepareInputs(x: { issue: string | undefined; outside: Outside }): Promise<TaskInputs> {
  if (x.issue === undefined) {
    throw new Refusal(EXIT.badInput, [
      'no issue was given · add --issue FILE.md, or --resume to go on with a task',
    ])
  }
  const issue = cleanIssue(await readIssue(x.issue))
  if (!issue.ok) throw new Refusal(EXIT.badInput, [`${x.issue}: ${renderProblem(issue.problem)}`])
  const { outside } = x
  const settings = await readSettings(outside)
  const request = makeRequest({
    issue,
    settings,
    base: outside.head,
    project: basename(outside.root),
    origin: `file:${basename(x.issue)}`,
    actor: userInfo().username,
  })
  return {
    request,
    settings,
    policyText: await shipped('default.yml'),
    constitutionText: await shipped('constitution.yml'),
    fingerprint: outside.fingerprint,
  }
}

async function readSettings(outside: Outside): Promise<Settings> {
  const bytes = await outside.git.readFile(SETTINGS_FILE, outside.head.sha)
  if (bytes === undefined) return defaultSettings()
  const parsed = parseSettings(new TextDecoder().decode(bytes))
  if (parsed.ok) return parsed.value
  throw new Refusal(EXIT.badInput, parsed.problems.map(renderYamlProblem))
}

/** The policies come with the program, never from the working tree that is worked on. */
function shipped(name: string): Promise<string> {
  return readFile(new URL(`../../policies/${name}`, import.meta.url), 'utf8')
}

async function readIssue(file: string): Promise<Uint8Array> {
  return readFile(resolve(file)).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const known: Readonly<Record<string, string>> = { ENOENT: 'does not exist', EISDIR: 'is a folder' }
    const why = known[code] ?? `cannot be read (${code})`
    throw new Refusal(EXIT.badInput, [`${file} ${why} · give the issue as a Markdown file: --issue FILE.md`])
  })
}
