// Owns the light process that starts git for a heavy one, and ends with it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Answer, Order, Question } from './starter.ts'

const running = new Map<number, ChildProcess>()

function answer(message: Answer): void {
  running.delete(message.id)
  process.send?.(message)
}

function ask(id: number, { args, env, cwd, input }: Question): void {
  // Its own group, so that git's helpers (index-pack, hooks) can be ended along with it.
  const child = spawn('git', args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  running.set(id, child)
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // Comes from a process that has ended; its close event tells the rest.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  child.on('error', (error) => answer({ id, error: error.message }))
  child.on('close', (exitCode) => {
    if (running.has(id)) {
      answer({ id, ended: { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) } })
    }
  })
}

function kill(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

process.on('message', (order: Order) => {
  if ('kill' in order) kill(running.get(order.kill))
  else ask(order.id, order.question)
})
process.on('disconnect', () => {
  for (const child of running.values()) kill(child)
  process.exit()
})
