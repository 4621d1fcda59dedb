// Owns the few words that chapters are told with: a refusal's status, what an earlier chapter left, a person's clone.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Cast } from './cast.ts'

export function at({ owner, repo }: Cast): { readonly owner: string; readonly repo: string } {
  return { owner, repo }
}

/** The status that a call was refused with; 0 where it was not. */
export async function refused(work: Promise<unknown>): Promise<number> {
  try {
    await work
  } catch (error) {
    return (error as { status?: number }).status ?? 0
  }
  return 0
}

export function known<T>(value: T | undefined): T {
  assert.ok(value !== undefined, 'an earlier chapter has left nothing')
  return value
}

/** A person's own git: nothing of the machine's configuration. */
export async function git(cwd: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const run = await execa('git', args, {
    cwd,
    reject: false,
    all: true,
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' },
  })
  return { code: run.exitCode ?? 1, text: run.all }
}

export async function inClone(cast: Cast, work: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'story-'))
  try {
    const address = cast.loopback.origin.replace('//', `//ana:${cast.anaToken}@`)
    const cloned = await git(folder, 'clone', '--quiet', `${address}/acme/widgets.git`, 'clone')
    assert.equal(cloned.code, 0, cloned.text)
    const clone = join(folder, 'clone')
    await git(clone, 'config', 'user.name', 'Ana')
    await git(clone, 'config', 'user.email', 'ana@example.test')
    return await work(clone)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
