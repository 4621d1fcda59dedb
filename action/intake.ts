// Owns the step `intake` of Action-only mode: a label becomes a task, its envelope, and a first word on the issue.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT } from '../src/cli/exit-codes.ts'
import { VERSION } from '../src/contracts/version.ts'
import { ENVELOPE_FILE } from '../src/pipeline/envelope.ts'
import { notBegun, workBegun } from '../src/report/answers/workflow.ts'
import { renderNotice, type Notice } from '../src/report/notice.ts'
import { askForRun } from '../src/service/action-only/ask.ts'
import { openChains } from './compose.ts'
import { readEvent } from './event.ts'
import { runFolder } from './folder.ts'
import { forgeOf, runOf } from './forge.ts'
import type { Invocation } from './invocation.ts'
import type { Ended } from './steps.ts'

/** Key of the one comment of this mode on the issue. */
export const COMMENT = 'workflow'

export async function intakeStep({ runner }: Invocation): Promise<Ended> {
  const { issue, by, repository } = await readEvent(runner.GITHUB_EVENT_PATH)
  const forge = forgeOf(runner, repository)
  const run = runOf(runner)
  const say = (notice: Notice): Promise<unknown> =>
    forge.writer.putComment({ number: issue.number, key: COMMENT, body: renderNotice(notice) })
  const chains = await openChains(runFolder(runner.RUNNER_TEMP), { ownsTaskChain: true })
  try {
    const shipped = {
      policy: await shippedText('default.yml'),
      constitution: await shippedText('constitution.yml'),
      workflow: '',
    }
    const asked = await askForRun(chains.engine, { forge, issue, by, shipped, version: VERSION })
    if (!asked.ok) {
      await say(notBegun({ problems: asked.problems, run }))
      process.stdout.write(asked.problems.map((problem) => `${problem}\n`).join(''))
      return { exit: EXIT.badInput, outputs: { go: 'false' }, error: asked.problems.join('\n') }
    }
    const folder = join(runner.RUNNER_TEMP, 'autopilot-envelope')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(join(folder, ENVELOPE_FILE), asked.text, { mode: 0o600 })
    await say(workBegun({ by: by.login, run }))
    const { task, nonce, rules_at } = asked.envelope
    const outputs = { go: 'true', task, nonce, envelope: asked.digest, commit: rules_at }
    return { exit: EXIT.accepted, outputs: { ...outputs, 'envelope-path': folder } }
  } finally {
    await chains.close()
  }
}

/** The build puts them beside this module: the policies come with the program, never from the repository. */
function shippedText(name: string): Promise<string> {
  return readFile(new URL(`policies/${name}`, import.meta.url), 'utf8')
}
