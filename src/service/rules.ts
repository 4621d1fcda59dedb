// Owns reading a repository's rules: settings and policy, both from the default branch at one commit, all problems at once.
import type { Sha } from '../contracts/base.ts'
import { renderYamlProblem } from '../contracts/strict-yaml.ts'
import { defaultSettings, parseSettings, SETTINGS_FILE } from '../intake/settings.ts'
import type { TaskInputs } from '../pipeline/inputs.ts'
import { loadPolicy, POLICY_FILE } from '../policy/load.ts'
import type { ForgeReader } from '../ports/forge.ts'
import type { Service } from './parts.ts'

interface Rules {
  ok: true
  settings: TaskInputs['settings']
  policyText: string
  base: { ref: string; sha: string }
  rulesAt: string
  about: { defaultBranch: string; private: boolean }
}

/** Threat: rules from a branch that anybody may write. Only the default branch's commit of this moment counts. */
export async function readRules(
  service: Pick<Service, 'shipped'>,
  reader: ForgeReader,
): Promise<Rules | { ok: false; problems: readonly string[] }> {
  const about = await reader.about()
  if (about.archived)
    return { ok: false, problems: ['the repository is archived, so nothing can be changed'] }
  const base = await reader.branch(about.defaultBranch)
  if (base === undefined)
    return { ok: false, problems: [`the repository has no commit on ${about.defaultBranch}`] }
  const read = await rulesIn(service, reader, base.sha)
  if (!read.ok) return read
  // Threat: the artifacts of a public repository can be read by anyone, so that what they hold is published
  const settings = { ...read.settings, transcripts: read.settings.transcripts ?? about.private }
  return { ...read, settings, base, rulesAt: base.sha, about }
}

/** The rules of one commit of the default branch. */
export async function rulesIn(
  service: Pick<Service, 'shipped'>,
  reader: ForgeReader,
  commit: Sha,
): Promise<Pick<Rules, 'ok' | 'settings' | 'policyText'> | { ok: false; problems: readonly string[] }> {
  const { files } = await reader.snapshot(commit)
  const has = (path: string): boolean => files.some((file) => file.path === path)
  const settingsText = has(SETTINGS_FILE) ? await reader.readFile(SETTINGS_FILE, commit) : undefined
  const policyText = has(POLICY_FILE) ? await reader.readFile(POLICY_FILE, commit) : undefined
  const settings =
    settingsText === undefined
      ? ({ ok: true, value: defaultSettings() } as const)
      : parseSettings(settingsText)
  const policy = loadPolicy(service.shipped.policy, policyText === undefined ? null : { text: policyText })
  const problems = [
    ...(settings.ok ? [] : settings.problems.map(renderYamlProblem)),
    ...(policy.ok ? [] : policy.problems.map(renderYamlProblem)),
  ]
  if (!settings.ok || !policy.ok) return { ok: false, problems }
  return { ok: true, settings: settings.value, policyText: policy.value.text }
}
