// What the host's own npm says of its registry.
import { expect, test } from 'vitest'
import { parseRegistry, readRegistry } from '../../../src/adapters/sandbox/registry.ts'
import { npmPath } from './arena.ts'

test('the registry of this machine is an http address with a closing slash', async () => {
  const read = await readRegistry({ nodePath: process.execPath, npmPath })
  expect('registry' in read && read.registry).toMatch(/^https?:\/\/[^@]+\/$/)
})

test('credentials in the address go nowhere', () => {
  expect(
    parseRegistry('registry=https://user:secret@npm.example:8443/team/repo?token=x#y\ncafile=null\n'),
  ).toEqual({
    registry: 'https://npm.example:8443/team/repo/',
  })
})

test('a CA file of npm is handed on', () => {
  expect(parseRegistry('registry=https://npm.example/\ncafile=/etc/ssl/company.pem\n')).toEqual({
    registry: 'https://npm.example/',
    caFile: '/etc/ssl/company.pem',
  })
})

test('an npm that answers nonsense, or does not answer, is a problem with what to do', async () => {
  for (const text of ['', 'registry=undefined\n', 'registry=file:///etc\n', 'oops']) {
    expect(parseRegistry(text)).toMatchObject({ problem: { rule: 'registry-unknown' } })
  }
  expect(await readRegistry({ nodePath: process.execPath, npmPath: '/nonexistent' })).toMatchObject({
    problem: { rule: 'registry-unknown', fix: expect.stringContaining('npm config get registry') },
  })
})
