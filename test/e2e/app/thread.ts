// Owns what a person does and sees on the page of an issue or pull request while the App is at work.
import type { Octokit } from '@octokit/rest'
import type { Theatre } from '../../theatre/theatre.ts'

/** What a test of the page needs of a theatre. */
export type Stage = Pick<Theatre, 'loopback' | 'ana' | 'at' | 'until'>

export const FILES = { 'README.md': '# Widgets\n', 'index.js': 'module.exports = 1\n' }

/** The workflow that the App starts, with another job: `rest` is what stands below its trigger. */
export function dispatched(rest: string): string {
  return `name: autopilot
run-name: autopilot \${{ inputs.task }} \${{ inputs.nonce }}
on:
  workflow_dispatch:
    inputs:
      task: { required: true, type: string }
      envelope: { required: true, type: string }
      commit: { required: true, type: string }
      nonce: { required: true, type: string }
${rest}`
}

const TEXT = 'Something is wrong in `index.js`.'

export async function openIssue(stage: Stage, x: { body?: string; by?: Octokit } = {}): Promise<number> {
  const { body = TEXT, by = stage.ana } = x
  const { data } = await by.rest.issues.create({ ...stage.at, title: 'It breaks', body })
  return data.number
}

export async function label(stage: Stage, number: number, by: Octokit = stage.ana): Promise<void> {
  await by.rest.issues.addLabels({ ...stage.at, issue_number: number, labels: ['autopilot'] })
}

export async function say(
  stage: Stage,
  number: number,
  body: string,
  by: Octokit = stage.ana,
): Promise<void> {
  await by.rest.issues.createComment({ ...stage.at, issue_number: number, body })
}

/** What the bot says there, without its hidden markers. */
export async function said(stage: Stage, number: number): Promise<string[]> {
  const { data } = await stage.ana.rest.issues.listComments({ ...stage.at, issue_number: number })
  return data
    .filter((one) => one.user?.login === 'autopilot[bot]')
    .map((one) => (one.body ?? '').replaceAll(/<!--.*?-->/g, '').trim())
}

/** The first comment of the bot that holds these words. */
export function untilSaid(stage: Stage, number: number, words: string | RegExp): Promise<string> {
  const holds = (text: string): boolean =>
    typeof words === 'string' ? text.includes(words) : words.test(text)
  return stage.until(String(words), async () => (await said(stage, number)).find(holds))
}

export function dispatches(stage: Stage): number {
  return stage.loopback.oracle.operations()['actions/create-workflow-dispatch'] ?? 0
}
