// Which Node and npm a repository's commands run with: what the job chose, else what lies beside.
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findNodeTools } from '../../../src/adapters/machine/npm.ts'

async function folder(): Promise<string> {
  const made = await realpath(await mkdtemp(join(tmpdir(), 'npm-')))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

/** A Node distribution, with npm in its library or without. */
async function distribution(root: string, name: string, x: { npm: boolean }): Promise<string> {
  const bin = join(root, name, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, 'node'), '')
  if (x.npm) await npmPackage(join(root, name, 'lib/node_modules/npm'))
  return join(bin, 'node')
}

async function npmPackage(at: string): Promise<string> {
  await mkdir(join(at, 'bin'), { recursive: true })
  await writeFile(join(at, 'bin/npm-cli.js'), '')
  return at
}

test('the first Node on the path, with the npm beside it, though it is reached through a link', async () => {
  const root = await folder()
  const chosen = await distribution(root, 'chosen', { npm: true })
  const own = await distribution(root, 'own', { npm: true })
  const linked = join(root, 'linked')
  await mkdir(linked)
  await symlink(chosen, join(linked, 'node'))
  expect(await findNodeTools({ path: `${join(root, 'nowhere')}:${linked}:${join(own, '..')}`, own })).toEqual(
    {
      ok: true,
      nodePath: join(linked, 'node'),
      npmPath: join(root, 'chosen/lib/node_modules/npm'),
    },
  )
})

test('where none lies beside it, the npm of the path counts; a wrapper that is no part of npm does not', async () => {
  const root = await folder()
  const chosen = await distribution(root, 'chosen', { npm: false })
  const wrapper = join(root, 'wrapper')
  await mkdir(wrapper)
  await writeFile(join(wrapper, 'npm'), '#!/bin/sh\n')
  const other = join(root, 'other')
  await mkdir(other)
  const npmPath = await npmPackage(join(root, 'elsewhere/npm'))
  await symlink(join(npmPath, 'bin/npm-cli.js'), join(other, 'npm'))
  const path = `${join(chosen, '..')}:${wrapper}:${other}`
  expect(await findNodeTools({ path, own: chosen })).toEqual({ ok: true, nodePath: chosen, npmPath })
})

test('without a Node on the path the runner’s own is used, and without any npm it says what to do', async () => {
  const root = await folder()
  const own = await distribution(root, 'own', { npm: true })
  const npmPath = join(root, 'own/lib/node_modules/npm')
  expect(await findNodeTools({ path: '', own })).toEqual({ ok: true, nodePath: own, npmPath })
  const bare = await distribution(root, 'bare', { npm: false })
  expect(await findNodeTools({ path: '', own: bare })).toMatchObject({
    ok: false,
    problem: { rule: 'npm-missing', fix: expect.stringContaining('setup-node') as string },
  })
})
