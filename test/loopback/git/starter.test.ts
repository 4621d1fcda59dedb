import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from './fixture.ts'
import { askGit } from './starter.ts'

const ENV = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
/** git that gives back what it reads. */
const ECHO = ['-c', 'alias.echo=!cat', 'echo']
/** git that waits in a shell of its own; the number tells it from others on this machine. */
const NUMBER = `600.${process.pid}`
const WAIT = ['-c', `alias.wait=!sleep ${NUMBER}`, 'wait']

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

async function waiting(): Promise<number> {
  const pids = (await readdir('/proc')).filter(Number)
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line === `sleep\0${NUMBER}\0`).length
}

test('what git reads, writes and ends with passes whole, whatever the bytes', async () => {
  const input = 'ü\0\n'.repeat(100_000)
  const args = ['-c', 'alias.both=!cat > kept; cat kept; cat kept >&2; exit 3', 'both']
  const { exitCode, stdout, stderr } = await askGit({ args, env: ENV, cwd: await temporaryFolder(), input })
    .ended
  expect(exitCode).toBe(3)
  expect([text(stdout) === input, text(stderr) === input]).toEqual([true, true])
})

test('git runs where it is told, with no other environment than it is given', async () => {
  const cwd = await temporaryFolder()
  const args = ['-c', 'alias.tell=!pwd; env', 'tell']
  const { stdout } = await askGit({ args, env: { ...ENV, ONE: '1' }, cwd }).ended
  const [where, ...lines] = text(stdout).split('\n')
  expect(where).toBe(cwd)
  expect(lines).toContain('ONE=1')
  expect(lines.filter((line) => line.startsWith('VITEST'))).toEqual([])
})

test('many questions at once are answered each with its own', async () => {
  const many = Array.from({ length: 20 }, (_, at) => `${at}`)
  const answers = await Promise.all(many.map((input) => askGit({ args: ECHO, env: ENV, input }).ended))
  expect(answers.map(({ stdout }) => text(stdout))).toEqual(many)
})

test('one that is killed ends with all that it started, and others go on', async () => {
  const long = askGit({ args: WAIT, env: ENV })
  await expect.poll(waiting).toBe(1)
  const other = askGit({ args: ECHO, env: ENV, input: 'x' })
  long.kill()
  expect((await long.ended).exitCode).toBeNull()
  expect(text((await other.ended).stdout)).toBe('x')
  await expect.poll(waiting).toBe(0)
})

test('git that cannot be started is an error', async () => {
  const asked = askGit({ args: ['status'], env: ENV, cwd: '/no/such/folder' })
  await expect(asked.ended).rejects.toThrow('ENOENT')
})

test('a process that has its answers ends by itself, and one that leaves takes git with it', async () => {
  const script = `
    const { askGit } = await import(process.argv[1])
    const ask = (args) => askGit({ args, env: ${JSON.stringify(ENV)} }).ended
    const { stdout } = await ask(['--version'])
    process.stdout.write(stdout)
    if (process.argv[2] === 'leave') {
      void ask(${JSON.stringify(WAIT)}).then(() => process.exit(9))
      await ask(['--version'])
      process.exit()
    }
  `
  const starter = new URL('starter.ts', import.meta.url).href
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, starter, ...args])
  expect((await run()).stdout).toMatch(/^git version/)
  expect((await run('leave')).stdout).toMatch(/^git version/)
  await expect.poll(waiting).toBe(0)
})
