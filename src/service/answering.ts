// Owns answering a command in a comment of its own, in one transaction with the delivery that brought it.
import type { Command } from '../contracts/command.ts'
import type { StoreTransaction } from '../ports.ts'
import { renderNotice, type Notice } from '../report/notice.ts'
import type { At, Service } from './parts.ts'
import { threadId } from './place.ts'
import { putEffect } from './sending.ts'

/** Ends the delivery, in the transaction of what it caused. */
export type Done = (tx: StoreTransaction) => Promise<void>

export interface Answering {
  service: Service
  at: At
  command: Command
  done: Done
}

export function answerOf(asked: Answering, notice: Notice): Promise<void> {
  return answer(asked, renderNotice(notice), asked.command.source)
}

/** `key` `refused`: one comment for all refusals of a thread, so that nobody can make the App flood it. */
export function answer(asked: Answering, body: string, key: string): Promise<void> {
  return asked.service.store.transaction(async (tx) => {
    await putAnswer(tx, asked.at, asked.command.number, { name: key, body })
    await asked.done(tx)
  })
}

/** On an issue or pull request, whether it has a task or not. `name`: one comment each. */
export function putAnswer(
  tx: StoreTransaction,
  at: At,
  number: number,
  { name, body }: { name: string; body: string },
): Promise<void> {
  const key = `answer/${name}`
  return putEffect(tx, {
    key: `${at.repository.id}#${number}/${key}`,
    task: threadId(at.repository.id, number),
    kind: 'comment',
    body: { at, number, key, body },
  })
}
