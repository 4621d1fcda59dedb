// Owns the install gate: the dependencies of base + change can be installed afresh.
import { renderBuildLog } from '../contracts/build-log.ts'
import type { Gate } from '../ports.ts'
import { lineOf } from './exec.ts'
import { appliesToStep, gateResult } from './result.ts'

/** Measured: nothing but success; its time is the sandbox's own figure. */
export const installGate: Gate = {
  id: 'install',
  title: 'install',
  needs: [],
  cost: 5,
  safety: false,
  weight: 1,
  budget: () => 300_000,
  applies: (context) => appliesToStep(context, 'install', 'there are no dependencies to install'),
  run: async (context) => {
    const plan = context.toolchain?.install
    const command = plan === null || plan === undefined ? 'install' : lineOf(plan.fetch)
    const installed = await context.install('change')
    if (installed.ok) {
      return gateResult('install', context, {
        status: 'pass',
        reason: `\`${command}\` installed the dependencies`,
        value: 'exit 0',
        needs: 'exit 0',
        score: 1,
        artifacts: {
          'build_output.log': renderBuildLog([{ command, output: installed.dependencies.log, end: 0 }]),
        },
      })
    }
    const { rule, message, fix, path } = installed.problem
    return gateResult('install', context, {
      status: context.signal.aborted ? 'inconclusive' : 'fail',
      reason: `\`${command}\` failed: ${message}`,
      value: 'failed',
      needs: 'exit 0',
      findings: [
        { rule, severity: 'error', message, fix, ...(path !== undefined && { location: { path } }) },
      ],
      score: 0,
      artifacts: {
        'build_output.log': renderBuildLog([{ command, output: installed.log, end: 'failed' }]),
      },
    })
  },
}
