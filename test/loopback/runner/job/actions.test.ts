import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'

const SOURCE = `
import { appendFileSync } from 'node:fs'
import { basename } from 'node:path'
const say = (name: string, value: string) => appendFileSync(process.env[name]!, value + '\\n')
const phase: string = basename(process.argv[1]!, '.cjs')
console.log(phase + ' level=' + process.env['INPUT_LOG_LEVEL'] + ' who=' + process.env['INPUT_WHO'] + ' state=' + (process.env['STATE_kept'] ?? 'none'))
console.log('repository=' + process.env['GITHUB_ACTION_REPOSITORY'] + ' ref=' + process.env['GITHUB_ACTION_REF'])
if (phase === 'pre') say('GITHUB_STATE', 'kept=by pre')
if (phase === 'main') {
  say('GITHUB_STATE', 'kept=by main')
  say('GITHUB_OUTPUT', 'greeting=Hello ' + process.env['INPUT_WHO'])
  if (process.env['INPUT_WHO'] === 'nobody') process.exit(3)
}
`

const METADATA = `name: Greet
description: greets
inputs:
  log level: { description: x, default: info }
  who: { description: x, default: '\${{ github.actor }}' }
outputs: { greeting: { description: x } }
runs: { using: node24, pre: dist/pre.cjs, main: dist/main.cjs, post: dist/post.cjs, post-if: 'always()' }
`

const COMPOSITE = `name: Twice
description: runs twice
inputs: { word: { description: x, default: none } }
outputs: { said: { description: x, value: '\${{ steps.say.outputs.said }} of \${{ inputs.word }}' } }
runs:
  using: composite
  steps:
    - { id: say, shell: bash, run: 'echo "said=$WORD" >> "$GITHUB_OUTPUT"; echo "in \${GITHUB_ACTION_PATH##*/}"', env: { WORD: '\${{ inputs.word }}' } }
    - { shell: bash, run: 'test "\${{ inputs.word }}" != bad' }
    - { shell: bash, run: echo 'after a failure', if: failure() }
`

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'loopback-action-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

async function builtAction(): Promise<string> {
  const folder = await folderWith({
    'action.yml': METADATA,
    'main.ts': SOURCE,
    'node_modules/x/index.js': '',
  })
  for (const name of ['pre', 'main', 'post']) {
    const outfile = join(folder, 'dist', `${name}.cjs`)
    await build({
      entryPoints: [join(folder, 'main.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    })
  }
  return folder
}

const job = (steps: string) => `on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
${steps.replace(/^/gm, '      ')}
`

test('a built JavaScript action runs with its inputs, state and outputs: pre, main, and post at the end', async () => {
  const { play } = makeMemoryForge({ settings: { actions: { 'acme/greet': await builtAction() } } })
  const seen = await play(
    job(`- { id: greet, uses: acme/greet@v1, with: { 'log level': loud } }
- run: echo "\${{ steps.greet.outputs.greeting }}"`),
  )
  const lines = seen
    .log('a')
    .split('\n')
    .filter((line) => / level=|^Hello|repository=/.test(line))
  expect(lines).toEqual([
    'pre level=loud who=ana state=none',
    'repository=acme/greet ref=v1',
    'main level=loud who=ana state=by pre',
    'repository=acme/greet ref=v1',
    'Hello ana',
    'post level=loud who=ana state=by main',
    'repository=acme/greet ref=v1',
  ])
  expect(
    seen
      .job('a')
      .changes.at(-1)
      ?.steps.map(({ name }) => name),
  ).toEqual([
    'Set up job',
    'Pre acme/greet@v1',
    'Run acme/greet@v1',
    'Run echo "Hello ana"',
    'Post acme/greet@v1',
    'Complete job',
  ])
})

test('an action’s exit code fails its step, and its post step still runs', async () => {
  const { play } = makeMemoryForge({ settings: { actions: { 'acme/greet': await builtAction() } } })
  const seen = await play(job('- { uses: acme/greet@v1, with: { who: nobody, unknown: x } }'))
  expect(seen.conclusion('a')).toBe('failure')
  expect(seen.log('a')).toContain('Process completed with exit code 3.')
  expect(seen.log('a')).toContain("##[warning]Unexpected input(s) 'unknown'")
  expect(seen.log('a')).toContain('post level=info')
})

test('an action finds no node_modules beside its bundle', async () => {
  const folder = await folderWith({
    'action.yml': 'name: x\ndescription: x\nruns: { using: node20, main: main.cjs }\n',
    'main.cjs': "require('x')",
    'node_modules/x/index.js': '',
  })
  const seen = await makeMemoryForge({ settings: { actions: { 'acme/x': folder } } }).play(
    job('- uses: acme/x@v1'),
  )
  expect(seen.log('a')).toContain("Cannot find module 'x'")
  expect(seen.conclusion('a')).toBe('failure')
})

test('a composite action has inputs, steps and outputs of its own', async () => {
  const folder = await folderWith({ 'twice/action.yml': COMPOSITE })
  const forge = () => makeMemoryForge({ settings: { actions: { 'acme/tools': folder } } })
  const seen = await forge().play(
    job(`- { id: twice, uses: acme/tools/twice@v1, with: { word: two } }
- run: echo "\${{ steps.twice.outputs.said }} [\${{ steps.say.outputs.said }}]"`),
  )
  expect(seen.log('a').split('\n')).toEqual(expect.arrayContaining(['two of two []', 'in twice']))
  const bad = await forge().play(job('- { uses: acme/tools/twice@v1, with: { word: bad } }'))
  expect(bad.conclusion('a')).toBe('failure')
  expect(bad.log('a').split('\n')).toContain('after a failure')
})

test('an action of a repository is fetched at its ref, and several uses share it', async () => {
  const asked: string[] = []
  const { play } = makeMemoryForge({
    fetchAction: async (repository, ref, folder) => {
      asked.push(`${repository}@${ref}`)
      await mkdir(join(folder, 'sub'), { recursive: true })
      await writeFile(
        join(folder, 'sub/action.yml'),
        METADATA.replace(/pre: .*? main:/, 'main:').replace(/, post.*\}/, ' }'),
      )
      await mkdir(join(folder, 'sub/dist'))
      await writeFile(join(folder, 'sub/dist/main.cjs'), 'console.log("fetched " + process.env.INPUT_WHO)')
      return true
    },
  })
  const seen = await play(job('- uses: acme/far/sub@v2\n- { uses: acme/far/sub@v2, with: { who: bob } }'))
  expect(asked).toEqual(['acme/far@v2'])
  expect(seen.log('a').split('\n')).toEqual(expect.arrayContaining(['fetched ana', 'fetched bob']))
})

test('an action of the workspace is read when its step runs', async () => {
  const seen = await makeMemoryForge().play(
    job(`- run: |
    mkdir own
    printf '%s\\n' 'name: own' 'description: x' 'runs: { using: node24, main: main.js }' > own/action.yml
    echo 'console.log("of the workspace")' > own/main.js
- uses: ./own`),
  )
  expect(seen.log('a').split('\n')).toContain('of the workspace')
})

test.each([
  ['./missing', "Can't find 'action.yml'"],
  ['acme/unknown@v1', 'Unable to resolve action acme/unknown@v1'],
  ['docker://alpine:3', 'The loopback runs no docker action'],
])('the action %s fails the job with a sentence', async (uses, message) => {
  const seen = await makeMemoryForge().play(job(`- uses: ${uses}`))
  expect(seen.conclusion('a')).toBe('failure')
  expect(seen.job('a').annotations[0]?.message).toContain(message)
})
