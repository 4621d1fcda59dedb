// Owns the event of a labelled issue, as GitHub leaves it for a job: parsed, never trusted.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { refusalOf } from '../src/cli/exit-codes.ts'
import { problemsOf } from '../src/contracts/contract.ts'
import type { Actor } from '../src/contracts/command.ts'
import { RepoRef } from '../src/contracts/envelope.ts'

const Labelled = z.object({
  action: z.literal('labeled'),
  issue: z.object({ number: z.int().min(1), title: z.string(), body: z.string().nullable() }),
  sender: z.object({ login: z.string().min(1), id: z.int().min(1), type: z.string() }),
  repository: z.object({
    id: RepoRef.shape.id,
    name: RepoRef.shape.name,
    owner: z.object({ login: RepoRef.shape.owner }),
  }),
})

export interface Event {
  issue: { number: number; title: string; body: string }
  by: Actor
  repository: RepoRef
}

/** `file`: GITHUB_EVENT_PATH. */
export async function readEvent(file: string): Promise<Event> {
  const parsed = Labelled.safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (!parsed.success) {
    const message = `the event is no labelled issue: ${problemsOf(parsed.error)[0] ?? ''}`
    const fix = 'start the workflow on issues, types: [labeled]'
    throw refusalOf([{ rule: 'action-event', message, fix }])
  }
  const { issue, sender, repository } = parsed.data
  return {
    issue: { number: issue.number, title: issue.title, body: issue.body ?? '' },
    by: { login: sender.login, id: sender.id, kind: sender.type === 'Bot' ? 'bot' : 'user', app_id: null },
    repository: { id: repository.id, owner: repository.owner.login, name: repository.name },
  }
}
