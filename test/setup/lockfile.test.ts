// A lockfile that names every platform's build is left alone; a build it lacks is added for that platform only.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { completeLockfile, missingBuilds } from './lockfile.ts'

const OWN = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')

test('our lockfile names every build, so that npm ci takes it on every platform', () => {
  expect(missingBuilds(OWN), 'type: node test/setup/lockfile.ts').toEqual([])
  expect(completeLockfile(OWN)).toBe(OWN)
})

test('a missing build is added with its platform, and nothing else', () => {
  const lock = JSON.stringify({
    packages: {
      '': { name: 'x' },
      'node_modules/a': {
        version: '1.0.0',
        dev: true,
        optionalDependencies: { '@a/linux-x64-musl': '1.0.0', '@a/win32-x64': '1.0.0', fsevents: '2.0.0' },
      },
      'node_modules/@a/win32-x64': { version: '1.0.0' },
      'node_modules/b/node_modules/c': {
        inBundle: true,
        optionalDependencies: { '@c/linux-x64-gnu': '1.0.0' },
      },
    },
  })
  expect(missingBuilds(lock)).toEqual(['@a/linux-x64-musl@1.0.0'])
  const full = completeLockfile(lock)
  expect(missingBuilds(full)).toEqual([])
  expect(JSON.parse(full)).toEqual({
    packages: {
      ...(JSON.parse(lock) as { packages: object }).packages,
      'node_modules/@a/linux-x64-musl': {
        version: '1.0.0',
        cpu: ['x64'],
        dev: true,
        libc: ['musl'],
        optional: true,
        os: ['linux'],
      },
    },
  })
})
