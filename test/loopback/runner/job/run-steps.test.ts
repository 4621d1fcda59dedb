import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'

/** A job `a` with these steps, written as YAML. */
const job = (steps: string, more = '') => `on: push
jobs:
  a:
    runs-on: ubuntu-latest
${more}    steps:
${steps.replace(/^/gm, '      ')}
`

test('a script sees the documented variables and no others of the machine', async () => {
  process.env['LOOPBACK_STRANGER'] = 'of the machine'
  const { play } = makeMemoryForge()
  const seen = await play(job('- run: env -0 | tr "\\n" " " | tr "\\0" "\\n" | sort\n  env: { OWN: mine }'))
  const lines = seen.log('a').split('\n')
  const names = lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split('=')[0])
  expect(names.filter((name) => !/^(GITHUB|RUNNER)_/.test(name ?? ''))).toEqual(
    expect.arrayContaining(['CI', 'HOME', 'OWN', 'PATH']),
  )
  expect(names).not.toContain('LOOPBACK_STRANGER')
  expect(names).toEqual(
    expect.arrayContaining([
      'GITHUB_ACTION',
      'GITHUB_ACTIONS',
      'GITHUB_ACTOR',
      'GITHUB_ACTOR_ID',
      'GITHUB_API_URL',
      'GITHUB_BASE_REF',
      'GITHUB_ENV',
      'GITHUB_EVENT_NAME',
      'GITHUB_EVENT_PATH',
      'GITHUB_GRAPHQL_URL',
      'GITHUB_HEAD_REF',
      'GITHUB_JOB',
      'GITHUB_OUTPUT',
      'GITHUB_PATH',
      'GITHUB_REF',
      'GITHUB_REF_NAME',
      'GITHUB_REF_PROTECTED',
      'GITHUB_REF_TYPE',
      'GITHUB_REPOSITORY',
      'GITHUB_REPOSITORY_ID',
      'GITHUB_REPOSITORY_OWNER',
      'GITHUB_REPOSITORY_OWNER_ID',
      'GITHUB_RETENTION_DAYS',
      'GITHUB_RUN_ATTEMPT',
      'GITHUB_RUN_ID',
      'GITHUB_RUN_NUMBER',
      'GITHUB_SERVER_URL',
      'GITHUB_SHA',
      'GITHUB_STEP_SUMMARY',
      'GITHUB_TRIGGERING_ACTOR',
      'GITHUB_WORKFLOW',
      'GITHUB_WORKFLOW_REF',
      'GITHUB_WORKFLOW_SHA',
      'GITHUB_WORKSPACE',
      'RUNNER_ARCH',
      'RUNNER_ENVIRONMENT',
      'RUNNER_NAME',
      'RUNNER_OS',
      'RUNNER_TEMP',
      'RUNNER_TOOL_CACHE',
    ]),
  )
  expect(names).not.toContain('GITHUB_TOKEN')
  expect(lines).toContain('GITHUB_WORKFLOW_REF=ana/tiny/.github/workflows/ci.yml@refs/heads/main')
})

test('the event is a file, and the workspace is empty', async () => {
  const { play } = makeMemoryForge()
  const seen = await play(job('- run: cat "$GITHUB_EVENT_PATH"; echo; echo "files:$(ls -A)"'), {
    payload: { answer: 42, deleted: false },
  })
  expect(seen.log('a')).toContain('"answer": 42')
  expect(seen.log('a').split('\n')).toContain('files:')
})

test.each([
  ['without a shell a failing pipe passes', '- run: "false | true"', 'success'],
  ['without a shell the first failing command ends it', '- run: |\n    false\n    true', 'failure'],
  ['bash fails with a pipe', '- { run: "false | true", shell: bash }', 'failure'],
  ['sh stops at the first failure', '- { run: "false; true", shell: sh }', 'failure'],
  ['a command of one’s own gets the file', '- { run: "process.exitCode = 0", shell: "node {0}" }', 'success'],
  ['an unknown shell fails', '- { run: "true", shell: pwsh-of-old }', 'failure'],
])('%s', async (_title, steps, conclusion) => {
  const seen = await makeMemoryForge().play(job(steps))
  expect(seen.conclusion('a')).toBe(conclusion)
})

test('a failing script is told with its exit code, as a line and an annotation', async () => {
  const seen = await makeMemoryForge().play(job('- run: exit 7'))
  expect(seen.log('a')).toContain('##[error]Process completed with exit code 7.')
  expect(seen.job('a').annotations).toEqual([
    expect.objectContaining({
      level: 'failure',
      message: 'Process completed with exit code 7.',
      path: '.github',
    }),
  ])
  expect(seen.run().changes.at(-1)).toMatchObject({ conclusion: 'failure' })
})

test('outputs, variables and paths that a step writes reach the steps behind it', async () => {
  const seen = await makeMemoryForge().play(
    job(`- id: first
  run: |
    echo "one=1" >> "$GITHUB_OUTPUT"
    { echo 'many<<END of it'; echo a; echo b=c; echo 'END of it'; } >> "$GITHUB_OUTPUT"
    echo "SAID=from a file" >> "$GITHUB_ENV"
    mkdir bin; printf '#!/bin/sh\\necho own tool\\n' > bin/mine; chmod +x bin/mine
    echo "$PWD/bin" >> "$GITHUB_PATH"
- run: |
    echo "\${{ steps.first.outputs.one }} \${{ toJSON(steps.first.outputs.many) }} $SAID \${{ env.SAID }}"
    mine`),
  )
  expect(seen.log('a')).toContain('1 anb=c from a file from a file')
  expect(seen.log('a').split('\n')).toContain('own tool')
})

test('variables of the runner cannot be overwritten, and NODE_OPTIONS is refused', async () => {
  const seen = await makeMemoryForge().play(
    job(`- run: |
    echo "GITHUB_SHA=forged" >> "$GITHUB_ENV"
    echo "NODE_OPTIONS=--require=x" >> "$GITHUB_ENV"
- run: echo "sha $GITHUB_SHA options \${NODE_OPTIONS:-none}"`),
  )
  expect(seen.log('a')).toContain(`sha ${'a'.repeat(40)} options none`)
  expect(seen.log('a')).toContain(
    "##[error]Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.",
  )
  expect(seen.conclusion('a')).toBe('success')
})

test.each([
  ['nonsense', "Invalid format 'nonsense'"],
  ['=x', "Invalid format '=x'. Name must not be empty"],
  ['a<<END', "Invalid value. Matching delimiter not found 'END'"],
])('a malformed output %s fails the step', async (text, message) => {
  const seen = await makeMemoryForge().play(job(`- run: echo '${text}' >> "$GITHUB_OUTPUT"`))
  expect(seen.conclusion('a')).toBe('failure')
  expect(seen.log('a')).toContain(`##[error]${message}`)
})

test('summaries are kept by step, and one above 1 MiB is refused', async () => {
  const seen = await makeMemoryForge().play(
    job(`- run: echo '# Good' >> "$GITHUB_STEP_SUMMARY"
- run: head -c 1048577 /dev/zero | tr '\\0' x >> "$GITHUB_STEP_SUMMARY"`),
  )
  expect(seen.job('a').summaries).toEqual(['# Good\n'])
  expect(seen.log('a')).toContain('$GITHUB_STEP_SUMMARY upload aborted')
})

test('printed commands become annotations with their place', async () => {
  const seen = await makeMemoryForge().play(
    job(`- run: |
    echo "::error file=src/a.ts,line=3,endLine=4,col=5,title=Bad%3A it::one%0Atwo"
    echo "::warning::careful"
    echo "::notice title=Note::fine"
    echo "::group::Inside"
    echo "::endgroup::"
    echo "::debug::unseen"`),
  )
  expect(seen.job('a').annotations).toEqual([
    {
      level: 'failure',
      path: 'src/a.ts',
      startLine: 3,
      endLine: 4,
      startColumn: 5,
      endColumn: 5,
      title: 'Bad: it',
      message: 'one\ntwo',
    },
    expect.objectContaining({ level: 'warning', message: 'careful', path: '.github', startLine: 1 }),
    expect.objectContaining({ level: 'notice', message: 'fine', title: 'Note' }),
  ])
  const lines = seen.log('a').split('\n')
  expect(lines).toContain('##[error]one')
  expect(lines).toContain('##[group]Inside')
  expect(seen.conclusion('a')).toBe('success')
})

test('stopped commands are plain text until their token', async () => {
  const seen = await makeMemoryForge().play(
    job(`- run: |
    echo "::stop-commands::tok"
    echo "::error::not one"
    echo "::tok::"
    echo "::warning::one"`),
  )
  expect(seen.job('a').annotations.map(({ message }) => message)).toEqual(['one'])
})

test.each(['set-env name=A::b', 'add-path::/x', 'set-output name=a::b', 'save-state name=a::b'])(
  'the command %s is refused and fails the step',
  async (command) => {
    const seen = await makeMemoryForge().play(job(`- run: echo "::${command}"`))
    expect(seen.conclusion('a')).toBe('failure')
    expect(seen.log('a')).toContain('command is disabled')
  },
)

test('secrets, the token and masked values are hidden, also in base64, JSON and the summary', async () => {
  const seen = await makeMemoryForge({ facts: { secrets: new Map([['KEY', 'pass"word one']]) } }).play(
    job(`- env: { KEY: '\${{ secrets.KEY }}', TOKEN: '\${{ secrets.GITHUB_TOKEN }}' }
  run: |
    echo "key $KEY"; echo "json \${{ toJSON(secrets.KEY) }}" || true
    printf %s "x-access-token:$TOKEN" | base64 -w0; echo
    echo "same: \${{ github.token == secrets.GITHUB_TOKEN }}"
    echo "::add-mask::made here"
    echo "it is made here"
    echo "::notice::$KEY"
    echo "$KEY" >> "$GITHUB_STEP_SUMMARY"`),
  )
  const [token] = seen.tokens
  const all = JSON.stringify([seen.log('a'), seen.job('a').annotations, seen.job('a').summaries])
  expect(all).not.toContain('word one')
  expect(all).not.toContain(token?.token)
  expect(all).not.toContain(
    Buffer.from(token?.token ?? '')
      .toString('base64')
      .slice(4, 20),
  )
  expect(seen.log('a')).toContain('key ***')
  expect(seen.log('a')).toContain('same: true')
  expect(seen.log('a')).toContain('it is ***')
  expect(seen.job('a').summaries).toEqual(['***\n'])
})

test('each line of a secret is hidden by itself', async () => {
  const facts = { secrets: new Map([['PEM', 'first line of it\nsecond line of it\n']]) }
  const seen = await makeMemoryForge({ facts }).play(
    job(`- { run: 'echo "$PEM" | tail -n 2', env: { PEM: '\${{ secrets.PEM }}' } }`),
  )
  expect(seen.log('a')).not.toContain('line of it')
})

test('a job gets only the secrets that its file names, and a fork gets none', async () => {
  const facts = {
    secrets: new Map([
      ['ONE', 'first-secret'],
      ['TWO', 'second-secret'],
    ]),
  }
  const text = job(`- run: 'echo "\${{ secrets.ONE != '''' }} second-secret"'`)
  const own = await makeMemoryForge({ facts }).play(text)
  expect(own.log('a').split('\n')).toContain('true second-secret')
  const forked = await makeMemoryForge({ facts }).play(text, { fromFork: true })
  expect(forked.log('a').split('\n')).toContain('false second-secret')
})

test('a tolerated failure is a failure by outcome and a success by conclusion', async () => {
  const seen = await makeMemoryForge().play(
    job(`- { id: bad, run: exit 1, continue-on-error: true }
- run: echo "\${{ steps.bad.outcome }} then \${{ steps.bad.conclusion }} and \${{ job.status }}"`),
  )
  expect(seen.log('a')).toContain('failure then success and success')
  expect(seen.conclusion('a')).toBe('success')
})

test('after a failure only steps that ask for it run, and skipped ones are told', async () => {
  const seen = await makeMemoryForge().play(
    job(`- { id: bad, run: exit 1 }
- { id: next, run: echo never }
- { if: always(), run: 'echo "always \${{ steps.next.conclusion }}"' }
- { if: failure(), run: echo failure }
- { if: 'cancelled()', run: echo cancelled }`),
  )
  const steps = seen
    .job('a')
    .changes.at(-1)
    ?.steps.map((step) => step.conclusion)
  expect(steps).toEqual(['success', 'failure', 'skipped', 'success', 'success', 'skipped', 'success'])
  expect(seen.log('a').split('\n')).toEqual(expect.arrayContaining(['always skipped', 'failure']))
})

test('an expression that cannot be evaluated fails its step', async () => {
  const seen = await makeMemoryForge().play(job(`- run: echo "\${{ fromJSON('{') }}"`))
  expect(seen.conclusion('a')).toBe('failure')
  expect(seen.log('a')).toContain('cannot be evaluated')
})

test('defaults give shell and folder, and a step overrules them', async () => {
  const seen = await makeMemoryForge().play(
    job(
      `- { run: mkdir -p sub other, working-directory: . }
- run: 'echo "in \${PWD##*/}"; false | true; echo unreached'
  if: always()
- { run: 'echo "in \${PWD##*/}"', if: always(), working-directory: other, shell: sh }`,
      '    defaults: { run: { shell: bash, working-directory: sub } }\n',
    ),
  )
  const lines = seen.log('a').split('\n')
  expect(lines).toEqual(expect.arrayContaining(['in sub', 'in other']))
  expect(lines).not.toContain('unreached')
})

test('hashFiles is the digest of what matches, and nothing where nothing does', async () => {
  const seen = await makeMemoryForge().play(
    job(`- run: echo hi > a.lock
- run: echo "\${{ hashFiles('**/*.lock') }}|\${{ hashFiles('*.none') }}|"`),
  )
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
  expect(seen.log('a').split('\n')).toContain(`${sha256(sha256('hi\n')).toString('hex')}||`)
})

test('the job’s folders are gone afterwards and its token is revoked', async () => {
  const { play, folder } = makeMemoryForge()
  const seen = await play(job('- run: echo "at $PWD"'))
  expect(seen.log('a')).toContain(`at ${folder}/work/job-`)
  expect(readdirSync(`${folder}/work`)).toEqual([])
  expect(seen.revoked).toEqual(seen.tokens.map(({ token }) => token))
})
