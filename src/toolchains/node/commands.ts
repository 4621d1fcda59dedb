// Owns which tools a Node repository uses to lint, check types, build and format, by its scripts and configuration files.
import type { CommandSpec, ToolchainOptions } from '../../ports.ts'
import type { Manifest } from './package-json.ts'
import { commandOf } from './test-command.ts'

interface Tool {
  /** Its package, and any file that configures it. */
  dependency: string
  config: RegExp | null
  check: readonly string[] | null
  lintFix: readonly string[] | null
  format: readonly string[] | null
}

// In order of preference. `npm exec --no` never fetches: a tool that is not installed is an error, not a download.
const TOOLS: readonly Tool[] = [
  {
    dependency: 'oxlint',
    config: null,
    check: ['oxlint'],
    lintFix: ['oxlint', '--fix'],
    format: null,
  },
  {
    dependency: 'eslint',
    config: /^(\.eslintrc(\.\w+)?|eslint\.config\.[cm]?[jt]s)$/,
    check: ['eslint', '.'],
    lintFix: ['eslint', '.', '--fix'],
    format: null,
  },
  {
    dependency: '@biomejs/biome',
    config: /^biome\.jsonc?$/,
    check: ['biome', 'lint', '.'],
    lintFix: ['biome', 'lint', '--write', '.'],
    format: ['biome', 'format', '--write', '.'],
  },
  {
    dependency: 'standard',
    config: null,
    check: ['standard'],
    lintFix: ['standard', '--fix'],
    format: null,
  },
  { dependency: 'prettier', config: null, check: null, lintFix: null, format: ['prettier', '--write', '.'] },
  { dependency: 'oxfmt', config: null, check: null, lintFix: null, format: ['oxfmt'] },
]

export interface Steps {
  lint: CommandSpec | null
  typecheck: CommandSpec | null
  build: CommandSpec | null
  lintFix: CommandSpec | null
  formatFix: CommandSpec | null
}

export function stepsOf(
  manifest: Manifest,
  rootFiles: ReadonlySet<string>,
  options: Pick<ToolchainOptions, 'commands'>,
): Steps {
  const tools = TOOLS.filter(
    (tool) =>
      manifest.dependencies[tool.dependency] !== undefined &&
      (tool.config === null ||
        (tool.dependency === 'eslint' && manifest.json['eslintConfig'] !== undefined) ||
        [...rootFiles].some((file) => tool.config?.test(file))),
  )
  const tool = (step: 'check' | 'lintFix' | 'format'): CommandSpec | null => {
    const argv = tools.find((tool) => tool[step] !== null)?.[step]
    return argv === undefined || argv === null ? null : exec(argv)
  }
  const script = (
    names: readonly string[],
    accept = (_line: string): boolean => true,
  ): CommandSpec | null => {
    const name = names.find((name) => manifest.scripts[name] !== undefined && accept(manifest.scripts[name]))
    return name === undefined ? null : commandOf(['npm', 'run', name])
  }
  const setting = (step: 'lint' | 'typecheck' | 'build'): CommandSpec | null => {
    const line = options.commands[step]
    return line === undefined ? null : commandOf(['npm', 'exec', '-c', line])
  }
  const rewrites = (line: string): boolean => /--(fix|write)\b|oxfmt(?!.*--check)/.test(line)
  const typescript = manifest.dependencies['typescript'] !== undefined && rootFiles.has('tsconfig.json')
  return {
    // A lint script that rewrites files would report on its own repairs.
    lint: setting('lint') ?? script(['lint', 'eslint'], (line) => !rewrites(line)) ?? tool('check'),
    typecheck:
      setting('typecheck') ??
      script(['typecheck', 'type-check', 'check-types', 'types', 'tsc']) ??
      (typescript ? exec(['tsc', '--noEmit', '-p', 'tsconfig.json']) : null),
    build: setting('build') ?? script(['build']),
    lintFix: script(['lint:fix', 'lint-fix'], rewrites) ?? tool('lintFix'),
    formatFix: script(['format', 'format:fix', 'fmt', 'prettier'], rewrites) ?? tool('format'),
  }
}

function exec(argv: readonly string[]): CommandSpec {
  return commandOf(['npm', 'exec', '--no', '--', ...argv])
}
