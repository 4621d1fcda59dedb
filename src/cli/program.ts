// Owns the `autopilot` command: its words, and which module answers them. Modules load only when they are used.
import { Command, Option } from 'commander'
import { VERSION } from '../contracts/version.ts'
import { EXIT, Refusal } from './exit-codes.ts'
import { processTerminal } from './terminal.ts'

// Reading TypeScript's line numbers uses a function that Node still calls experimental; a person need not hear of it.
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
})

const program = new Command('autopilot')
  .description('Turns an issue into a reviewed, measured branch with a verifiable record.')
  .version(VERSION)
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit codes: 0 accepted, 1 bug, 2 not accepted, 3 question to you, 4 bad input, 5 the machine lacks something.',
  )

const state = (): Option => new Option('--state <dir>', 'state folder (default: ~/.local/state/autopilot)')

program
  .command('run')
  .description('Work on an issue in a local Git repository: leaves a branch, a bundle and a report.')
  .option('--repo <path>', 'the top folder of the repository (default: the current folder)')
  .option('--issue <file>', 'the issue, as Markdown')
  .option('--dry', 'plan and review only: nothing runs, nothing is written to the repository')
  .option('--until <phase>', 'stop after this phase; go on with --resume')
  .option(
    '--resume [task]',
    'go on with a task that was interrupted (default: the latest; with --repo, the latest there)',
  )
  .option('--json <file>', 'write the result for machines, when the run has one')
  .addOption(
    new Option(
      '--sandbox <level>',
      'bwrap, docker, or none (no isolation: never for code you do not trust)',
    ).choices(['bwrap', 'docker', 'none']),
  )
  .addOption(state())
  .addOption(new Option('--record <file>', 'record what git, sandbox and clock answered').hideHelp())
  .addOption(new Option('--replay <file>', 'answer from a recording').hideHelp())
  .action(async (options: object) => {
    const { runCommand } = await import('./run.ts')
    process.exitCode = await runCommand(options, processTerminal())
  })

const ledger = program.command('ledger').description('The record of a run.')
ledger
  .command('verify')
  .description(
    'Verify a bundle offline: chain, digests, and (with --rederive) every verdict that rules decided.',
  )
  .argument('<bundle>', 'folder of the bundle')
  .option(
    '--head <hash:length>',
    'the head that the run printed; without it a truncated and resealed bundle cannot be told',
  )
  .option('--rederive', 'decide again what rules decided, and compare')
  .option('--json <file>', 'write the result for machines')
  .action(async (bundle: string, options: object) => {
    const { verifyCommand } = await import('./verify.ts')
    process.exitCode = await verifyCommand(bundle, options, processTerminal())
  })

const task = program.command('task').description('Tasks in the state folder.')
const taskWord = (name: 'status' | 'artifacts' | 'report', argument: string, description: string): Command =>
  task
    .command(name)
    .description(description)
    .argument(argument)
    .option('--json', 'for machines')
    .addOption(state())
    .action(async (id: string | undefined, options: object) => {
      const { taskCommand } = await import('./task.ts')
      process.exitCode = await taskCommand(name, id, options, processTerminal())
    })
taskWord('status', '[task]', 'where a task stands (without an id: all tasks)')
taskWord('artifacts', '<task>', 'the evidence of a task, with digests')
taskWord('report', '<task>', 'the report of a task, as Markdown').addOption(
  new Option('--as <view>', 'summary, or what a comment or a check run would say').choices([
    'summary',
    'comment',
    'check',
  ]),
)

/** Errors by which the adapters say that git, sandbox, database or disk broke, by name: no adapter is loaded for them. */
const BROKEN_MACHINE = new Set(['GitError', 'SandboxError', 'StoreError', 'BlobError'])
/** What a machine can lack, or forbid, wherever it is met. */
const OUT_OF = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM'])
const NOTHING_LOST = 'Nothing is lost: a task that was started goes on with `autopilot run --resume`.'

export async function runProgram(): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    process.exitCode = explain(error)
  }
}

function explain(error: unknown): number {
  if (error instanceof Refusal) {
    process.stderr.write(`${error.message}\n`)
    return error.exit
  }
  if (!(error instanceof Error)) return bug(String(error))
  const code = 'code' in error ? String(error.code) : ''
  // commander has printed its own words already; asking for help or the version is no mistake.
  if (code.startsWith('commander.')) {
    return 'exitCode' in error && error.exitCode === 0 ? EXIT.accepted : EXIT.badInput
  }
  if (!BROKEN_MACHINE.has(error.name) && !OUT_OF.has(code)) return bug(error.stack ?? error.message)
  const cause = error.cause instanceof Error ? error.cause.message : ''
  const more = cause === '' || error.message.includes(cause) ? '' : ` · ${cause}`
  const comfort = code === 'corrupt' ? '' : `${NOTHING_LOST}\n`
  process.stderr.write(`The machine failed · ${error.message}${more}\n${comfort}`)
  return EXIT.machine
}

function bug(what: string): number {
  process.stderr.write(`autopilot: a bug · ${what}\n${NOTHING_LOST}\n`)
  return EXIT.bug
}
