// Owns reading `.github/autopilot.yml`: strict, every problem at once with line and column.
import { Settings } from '../contracts/settings.ts'
import { parseStrictYaml } from '../contracts/strict-yaml.ts'
import type { YamlResult } from '../contracts/strict-yaml.ts'

export const SETTINGS_FILE = '.github/autopilot.yml'

export function parseSettings(text: string, file: string = SETTINGS_FILE): YamlResult<Settings> {
  return parseStrictYaml(Settings, text, file, 'setting')
}

/** What holds in a repository without a settings file. */
export function defaultSettings(): Settings {
  return Settings.parse({ version: 1 })
}
