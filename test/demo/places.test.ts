import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { problemsOfPlaces } from './places.ts'

const DEMO = fileURLToPath(new URL('demo.ts', import.meta.url))

async function scratch(): Promise<string> {
  const { path, remove } = await temporaryFolder('demo-')
  onTestFinished(remove)
  return path
}

test('files and folders that cannot be used are all said at once, and nothing begins', async () => {
  const folder = await scratch()
  const gone = join(folder, 'gone')
  const below = join(folder, 'a-file')
  await writeFile(below, '')
  const args = ['--repo', gone, '--issue', join(gone, 'issue.md'), '--json', join(below, 'report.json')]
  const run = await execa(process.execPath, [DEMO, ...args], { reject: false })
  expect(run.exitCode).toBe(4)
  expect(run.stdout).toBe('')
  const said = run.stderr.split('\n')
  expect(said.map((line) => line.split(' ')[0])).toEqual(['--repo', '--issue', '--json'])
  expect(run.stderr).not.toContain('ENOENT')
})

test('a folder of a person is not emptied, one of earlier demos is', async () => {
  const folder = await scratch()
  const into = join(folder, 'mine')
  await mkdir(into)
  expect(await problemsOfPlaces({ into })).toEqual([])
  await mkdir(join(into, '1'))
  expect(await problemsOfPlaces({ into })).toEqual([])
  expect(await problemsOfPlaces({ into: join(folder, 'new') })).toEqual([])
  await writeFile(join(into, 'thesis.md'), 'Years of work.')
  const run = await execa(process.execPath, [DEMO, '--laptop', '--into', into], { reject: false })
  expect(run.exitCode).toBe(4)
  expect(run.stderr).toContain(`--into ${into}: it would be emptied`)
  expect(await readdir(into)).toEqual(['1', 'thesis.md'])
})

test('what is there is taken', async () => {
  const folder = await scratch()
  const issue = join(folder, 'issue.md')
  await writeFile(issue, '# A title')
  expect(await problemsOfPlaces({ repo: folder, issue, json: join(folder, 'report.json') })).toEqual([])
  expect(await problemsOfPlaces({ json: folder })).toHaveLength(1)
})
