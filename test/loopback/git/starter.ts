// Owns starting git from a light process of its own: the system copies the memory map of whoever starts a process,
// which takes a test process of hundreds of megabytes longer than git works.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

export interface Question {
  args: readonly string[]
  /** All of it; nothing of this process's environment is added. */
  env: Readonly<Record<string, string>>
  cwd?: string
  /** What git reads. */
  input?: string
}

export interface Ended {
  /** null when a signal ended it. */
  exitCode: number | null
  stdout: Uint8Array
  stderr: Uint8Array
}

export interface Asked {
  /** Rejects when git cannot be started. */
  ended: Promise<Ended>
  /** Kills git and the helpers that it started; `ended` follows. */
  kill(): void
}

/** What passes to the light process and back. */
export type Order = { id: number; question: Question } | { kill: number }
export type Answer = { id: number; ended: Ended } | { id: number; error: string }

interface Waiting {
  resolve: (ended: Ended) => void
  reject: (error: Error) => void
}

let starter: { process: ChildProcess; waiting: Map<number, Waiting> } | undefined
let asked = 0

export function askGit(question: Question): Asked {
  const { process: light, waiting } = (starter ??= start())
  const id = (asked += 1)
  const ended = new Promise<Ended>((resolve, reject) => waiting.set(id, { resolve, reject }))
  // only while an answer is awaited does the light process keep this one running
  light.channel?.ref()
  light.send({ id, question } satisfies Order)
  return { ended, kill: () => void (waiting.has(id) && light.send({ kill: id } satisfies Order)) }
}

function start(): NonNullable<typeof starter> {
  const file = new URL('starter-main.ts', import.meta.url)
  const light = fork(file, {
    serialization: 'advanced',
    execArgv: ['--single-threaded'],
    env: {},
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, Waiting>()
  light.unref()
  light.on('message', (answer: Answer) => {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) light.channel?.unref()
    if ('error' in answer) one?.reject(new Error(answer.error))
    else one?.resolve(answer.ended)
  })
  light.on('exit', () => {
    if (starter?.process === light) starter = undefined
    for (const { reject } of waiting.values()) reject(new Error('the process that starts git has ended'))
  })
  return { process: light, waiting }
}
