import { expect, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'

const job = (...steps: string[]) => `on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: mkdir -p out/deep .dot; echo one > out/one.txt; echo two > out/deep/two.log; echo h > out/.hidden; echo r > root.txt
${steps.map((step) => `      - ${step}\n`).join('')}`

const UP = 'actions/upload-artifact@v4'
const DOWN = 'actions/download-artifact@v4'

test('an uploaded folder comes back as it was, with id, address and digest', async () => {
  const seen = await makeMemoryForge().play(
    job(
      `{ id: up, uses: ${UP}, with: { name: built, path: out, retention-days: 3 } }`,
      `run: 'echo "\${{ steps.up.outputs.artifact-id }} \${{ steps.up.outputs.artifact-url }} \${{ steps.up.outputs.artifact-digest }}"'`,
      `{ id: down, uses: ${DOWN}, with: { name: built, path: back } }`,
      `run: 'cd back; find . -type f | sort | tr "\\n" " "; cat deep/two.log; test "\${{ steps.down.outputs.download-path }}" = "$PWD"'`,
    ),
  )
  const [artifact] = seen.artifacts
  const { run } = seen.job('a')
  expect(artifact).toMatchObject({ name: 'built', run, days: 3 })
  const digest = artifact?.digest.replace('sha256:', '')
  expect(seen.log('a')).toContain(
    `${artifact?.id} http://127.0.0.1:9/ana/tiny/actions/runs/${run}/artifacts/${artifact?.id} ${digest}`,
  )
  expect(seen.log('a')).toContain('./deep/two.log ./one.txt two')
  expect(seen.conclusion('a')).toBe('success')
})

test.each([
  ['out/*.txt', 'one.txt'],
  ['root.txt', 'root.txt'],
  ['|\n            out/**\n            !out/deep/**\n            root.txt', 'out/one.txt root.txt'],
  ['out', '.hidden deep/two.log one.txt', 'include-hidden-files: true'],
])('the path %s holds %s', async (path, names, more = 'compression-level: 0') => {
  const seen = await makeMemoryForge().play(
    job(
      `uses: ${UP}\n        with:\n          ${more}\n          path: ${path}`,
      `{ uses: ${DOWN}, with: { name: artifact, path: back } }`,
      `run: 'cd back; echo "is: $(find . -type f | sed "s#^./##" | LC_ALL=C sort | tr "\\n" " ")"'`,
    ),
  )
  expect(seen.log('a')).toContain(`is: ${names} `)
})

test('a name is taken once a run, unless it is overwritten', async () => {
  const up = `{ uses: ${UP}, with: { name: built, path: root.txt } }`
  const twice = await makeMemoryForge().play(job(up, up))
  expect(twice.conclusion('a')).toBe('failure')
  expect(twice.log('a')).toContain('(409) Conflict: an artifact with this name already exists')
  const over = await makeMemoryForge().play(
    job(up, `{ uses: ${UP}, with: { name: built, path: out/one.txt, overwrite: true } }`),
  )
  expect(over.conclusion('a')).toBe('success')
  expect(over.artifacts).toHaveLength(1)
})

test.each([
  ['warn', 'success', '##[warning]No files were found'],
  ['ignore', 'success', 'No files were found'],
  ['error', 'failure', '##[error]No files were found'],
])('nothing to upload with %s is a %s', async (act, conclusion, line) => {
  const seen = await makeMemoryForge().play(
    job(`{ uses: ${UP}, with: { path: none/**, if-no-files-found: ${act} } }`),
  )
  expect(seen.conclusion('a')).toBe(conclusion)
  expect(seen.log('a')).toContain(line)
})

test('without a name each artifact gets a folder, and a pattern chooses and may merge', async () => {
  const seen = await makeMemoryForge().play(
    job(
      `{ uses: ${UP}, with: { name: log-1, path: out/one.txt } }`,
      `{ uses: ${UP}, with: { name: log-2, path: root.txt } }`,
      `{ uses: ${UP}, with: { name: other, path: root.txt } }`,
      `{ uses: ${DOWN}, with: { path: all } }`,
      `{ uses: ${DOWN}, with: { path: some, pattern: log-*, merge-multiple: true } }`,
      `run: 'echo "is: $(find all some -type f | LC_ALL=C sort | tr "\\n" " ")"'`,
    ),
  )
  expect(seen.log('a')).toContain(
    'is: all/log-1/one.txt all/log-2/root.txt all/other/root.txt some/one.txt some/root.txt ',
  )
})

test('another run’s artifact is read with a token, and a missing one fails', async () => {
  const forge = makeMemoryForge()
  const [first = 0] = await forge.start(job(`{ uses: ${UP}, with: { name: built, path: root.txt } }`))
  await forge.runner.settled()
  const seen = await forge.play(
    job(
      `{ uses: ${DOWN}, with: { name: built, path: x, run-id: ${first}, github-token: '\${{ github.token }}' } }`,
      `run: cat x/root.txt`,
      `{ uses: ${DOWN}, with: { name: built } }`,
    ),
  )
  expect(seen.log('a').split('\n')).toContain('r')
  expect(seen.log('a')).toContain('Artifact not found for name: built')
  expect(seen.conclusion('a')).toBe('failure')
})
