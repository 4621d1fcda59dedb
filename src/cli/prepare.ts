// Owns what a new task starts with: the issue cleaned and pinned, settings from the base commit, the policies shipped.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, resolve } from 'node:path'
import type { Settings } from '../contracts/settings.ts'
import { renderYamlProblem, type YamlResult } from '../contracts/strict-yaml.ts'
import { cleanIssue, type Cleaned } from '../intake/clean-text.ts'
import { makeRequest } from '../intake/request.ts'
import { defaultSettings, parseSettings, SETTINGS_FILE } from '../intake/settings.ts'
import type { TaskInputs } from '../pipeline/inputs.ts'
import { toolchainOf } from '../pipeline/toolchain.ts'
import { cannotUse, EXIT, Refusal, refusalOf, renderProblem } from './exit-codes.ts'
import type { Outside } from './outside.ts'

/** An issue that can be worked on. */
export interface Issue {
  file: string
  text: Extract<Cleaned, { ok: true }>
}

export async function readIssue(file: string | undefined): Promise<Issue> {
  if (file === undefined) {
    throw refusalOf([
      {
        rule: 'issue-missing',
        message: 'no issue was given',
        fix: 'add --issue FILE.md, or --resume to go on with a task',
      },
    ])
  }
  const text = cleanIssue(await bytesOf(file))
  if (!text.ok) throw new Refusal(EXIT.badInput, [`${file}: ${renderProblem(text.problem)}`])
  return { file, text }
}

/** Refuses, with exit code 4 and one sentence each, what cannot be worked on. */
export async function prepareInputs(x: { issue: Issue; outside: Outside }): Promise<TaskInputs> {
  const { issue, outside } = x
  const read = await readSettings(outside)
  const settings = read.ok ? read.value : defaultSettings()
  const found = await toolchainOf({ engine: outside, settings, request: { base: outside.head } }, undefined)
  const problems = [
    ...(read.ok ? [] : read.problems.map(renderYamlProblem)),
    ...(found.kind === 'problem' ? [renderProblem(found.problem)] : []),
  ]
  if (problems.length > 0) throw new Refusal(EXIT.badInput, problems)
  const request = makeRequest({
    issue: issue.text,
    settings,
    base: outside.head,
    project: basename(outside.root),
    origin: `file:${basename(issue.file)}`,
    actor: actorName(),
  })
  return {
    request,
    settings,
    policyText: await shipped('default.yml'),
    constitutionText: await shipped('constitution.yml'),
    fingerprint: outside.fingerprint,
  }
}

/** A container's user often has no name: its number has to do. */
function actorName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

async function readSettings(outside: Outside): Promise<YamlResult<Settings>> {
  const bytes = await outside.git.readFile(SETTINGS_FILE, outside.head.sha)
  return bytes === undefined
    ? { ok: true, value: defaultSettings() }
    : parseSettings(new TextDecoder().decode(bytes))
}

/** The policies come with the program, never from the working tree that is worked on. */
function shipped(name: string): Promise<string> {
  return readFile(new URL(`../../policies/${name}`, import.meta.url), 'utf8')
}

/** Threat: a device or a log of gigabytes. Further than this an issue is too long anyway. Bytes. */
const MOST_READ = 1 << 20

async function bytesOf(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of createReadStream(resolve(file), { end: MOST_READ - 1 })) {
      chunks.push(chunk as Uint8Array)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw cannotUse(file, error, {
      rule: 'issue-file',
      fix: 'give the issue as a Markdown file: --issue FILE.md',
    })
  }
}
