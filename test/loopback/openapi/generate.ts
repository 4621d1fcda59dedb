// Owns `npm run loopback:subset`: makes rest.json, webhooks.json and examples.json of GitHub's own description.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { Json, JsonObject } from './convert.ts'
import { isObject } from './convert.ts'
import type { Selection, Subset } from './subset.ts'
import { ownExamples, restSubset, webhookSubset } from './subset.ts'

const PACKAGE = '@octokit/openapi'
const VERSION = '23.0.2'
const FILE = 'generated/api.github.com.json'
const HERE = fileURLToPath(new URL('.', import.meta.url))
const USAGE = 'npm run loopback:subset [-- --from FOLDER_OF_THE_UNPACKED_PACKAGE]'

/** One line a part, so that a new version of GitHub's description reads as a diff. */
export function renderSubset(source: JsonObject, name: string, subset: Subset): string {
  const lines = (object: JsonObject): string =>
    Object.entries(object)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .join(',\n')
  return [
    `{\n"source":${JSON.stringify(source)},\n"${name}":{\n${lines(subset.parts)}\n},\n`,
    `"definitions":{\n${lines(subset.definitions)}\n}\n}\n`,
  ].join('')
}

async function writeSubset(folder: string): Promise<void> {
  const text = readFileSync(join(folder, FILE))
  const description = parseObject(text.toString('utf8'))
  const manifest = parseObject(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (manifest['version'] !== VERSION) {
    throw new Error(
      `${folder} holds ${PACKAGE} ${JSON.stringify(manifest['version'])}; ${VERSION} is wanted.`,
    )
  }
  const source: JsonObject = {
    source: PACKAGE,
    version: VERSION,
    file: FILE,
    sha256: createHash('sha256').update(text).digest('hex'),
    openapi: description['openapi'] ?? '',
    licence: 'MIT',
  }
  const selection = JSON.parse(readFileSync(join(HERE, 'selection.json'), 'utf8')) as Selection
  const files = {
    'rest.json': renderSubset(source, 'operations', restSubset(description, selection)),
    'webhooks.json': renderSubset(source, 'webhooks', webhookSubset(description, selection)),
    'examples.json': `${JSON.stringify({ source, examples: ownExamples(description, selection.examples) }, undefined, 2)}\n`,
  }
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(HERE, name), content)
    console.log(`${name}: ${Buffer.byteLength(content)} bytes`)
  }
}

async function fetchAndWrite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'loopback-subset-'))
  try {
    const spec = `${PACKAGE}@${VERSION}`
    const { stdout } = await execa('npm', ['pack', '--silent', '--pack-destination', folder, spec])
    const archive = stdout.trim().split('\n').at(-1) ?? ''
    // the package is 385 MB unpacked, of which two files are read
    await execa('tar', ['-xzf', archive, 'package/package.json', `package/${FILE}`], { cwd: folder })
    await writeSubset(join(folder, 'package'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function parseObject(text: string): JsonObject {
  const value = JSON.parse(text) as Json
  return isObject(value) ? value : {}
}

if (import.meta.main) {
  const [flag, folder, ...more] = process.argv.slice(2)
  if (flag === undefined) await fetchAndWrite()
  else if (flag === '--from' && folder !== undefined && more.length === 0 && existsSync(folder)) {
    await writeSubset(resolve(folder))
  } else {
    console.error(`Type: ${USAGE}`)
    process.exitCode = 4
  }
}
