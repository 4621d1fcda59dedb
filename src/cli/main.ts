#!/usr/bin/env node
// Owns the `autopilot` command: its words, and which module answers them. Modules load only when they are used.
import { Command, Option } from 'commander'
import { EXIT, Refusal } from './exit-codes.ts'
import { processTerminal } from './terminal.ts'

const program = new Command('autopilot')
  .description('Turns an issue into a reviewed, measured branch with a verifiable record.')
  .version('0.1.0')
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
  .option('--repo <path>', 'the repository', '.')
  .option('--issue <file>', 'the issue, as Markdown')
  .option('--dry', 'plan and review only: nothing runs, nothing is written to the repository')
  .option('--until <phase>', 'stop after this phase; go on with --resume')
  .option(
    '--resume [task]',
    'go on with a task that stopped or was killed (default: the latest of this repository)',
  )
  .option('--json <file>', 'write the result for machines')
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
for (const [name, description] of [
  ['status', 'where a task stands (without an id: all tasks)'],
  ['artifacts', 'the evidence of a task, with digests'],
  ['report', 'the report of a task, as Markdown'],
] as const) {
  task
    .command(name)
    .description(description)
    .argument(name === 'status' ? '[task]' : '<task>')
    .option('--json', 'for machines')
    .addOption(state())
    .action(async (id: string | undefined, options: object) => {
      const { taskCommand } = await import('./task.ts')
      process.exitCode = await taskCommand(name, id, options, processTerminal())
    })
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = explain(error)
}

function explain(error: unknown): number {
  if (error instanceof Refusal) {
    process.stderr.write(`${error.message}\n`)
    return error.exit
  }
  // commander has printed its own words already; asking for help or the version is no mistake.
  if (error instanceof Error && 'exitCode' in error && 'code' in error) {
    return error.exitCode === 0 ? EXIT.accepted : EXIT.badInput
  }
  process.stderr.write(
    `autopilot: a bug · ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  process.stderr.write('Nothing is lost: the task can be resumed with `autopilot run --resume`.\n')
  return EXIT.bug
}
