// Who may ask and what is answered, as people see it: no run takes part.
import { expect, test } from 'vitest'
import { openTheatre, type Theatre } from '../../theatre/theatre.ts'

const FILES = { 'README.md': '# Widgets\n', 'index.js': 'module.exports = 1\n' }

async function theatre(files: Record<string, string> = {}): Promise<Theatre> {
  return openTheatre({ files: { ...FILES, ...files }, loopback: { actions: {} } })
}

async function opened(stage: Theatre, body = 'Something is wrong in `index.js`.'): Promise<number> {
  const { data } = await stage.ana.rest.issues.create({ ...stage.at, title: 'It breaks', body })
  return data.number
}

/** What the bot says there, without its hidden marker. */
async function said(stage: Theatre, number: number): Promise<string[]> {
  const { data } = await stage.ana.rest.issues.listComments({ ...stage.at, issue_number: number })
  return data
    .filter((one) => one.user?.login === 'autopilot[bot]')
    .map((one) => (one.body ?? '').replaceAll(/<!--.*?-->/g, '').trim())
}

function until(stage: Theatre, number: number, words: string): Promise<string> {
  return stage.until(words, async () => (await said(stage, number)).find((one) => one.includes(words)))
}

test('a repository without the workflow is told which file to add, and /retry asks again', async () => {
  const stage = await theatre()
  try {
    const number = await opened(stage)
    await stage.ana.rest.issues.addLabels({ ...stage.at, issue_number: number, labels: ['autopilot'] })
    const status = await until(stage, number, 'The workflow that does the work is missing')
    expect(status).toContain('.github/workflows/autopilot.yml')
    expect(status).toContain('on:\n  workflow_dispatch:')
    await stage.ana.rest.issues.createComment({ ...stage.at, issue_number: number, body: '/status' })
    const answers = await stage.until('an answer to /status', async () => {
      const all = await said(stage, number)
      return all.length > 1 ? all : undefined
    })
    expect(answers[1]).toContain('| pull request |')
    await stage.ana.rest.issues.createComment({ ...stage.at, issue_number: number, body: '/retry' })
    await stage.until('a second dispatch', async () =>
      (stage.loopback.oracle.operations()['actions/create-workflow-dispatch'] ?? 0) > 1 ? true : undefined,
    )
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  } finally {
    await stage.close()
  }
})

test('who may only read is refused once, however often they ask, and nothing starts', async () => {
  const stage = await theatre()
  try {
    const number = await opened(stage)
    for (const body of ['/autopilot do it', '/autopilot please']) {
      await stage.eve.rest.issues.createComment({ ...stage.at, issue_number: number, body })
    }
    await until(stage, number, 'eve may not ask for this here')
    await stage.loopback.settled()
    expect(await said(stage, number)).toHaveLength(1)
    expect(stage.loopback.oracle.operations()['actions/create-workflow-dispatch']).toBeUndefined()
  } finally {
    await stage.close()
  }
})

test('settings and policy that do not parse are listed with line and column, and nothing starts', async () => {
  const stage = await theatre({
    '.github/autopilot.yml': 'version: 1\nbugdet: 3\n',
    '.github/autopilot/policy.yml': 'schema: autopilot/policy@1\nmerge: 7\n',
  })
  try {
    const number = await opened(stage)
    await stage.ana.rest.issues.addLabels({ ...stage.at, issue_number: number, labels: ['autopilot'] })
    const answer = await until(stage, number, 'Nothing was started')
    expect(answer).toMatch(/\.github\/autopilot\.yml:2:1 .*bugdet/)
    expect(answer).toContain('.github/autopilot/policy.yml:2')
    expect(stage.loopback.oracle.operations()['actions/create-workflow-dispatch']).toBeUndefined()
  } finally {
    await stage.close()
  }
})

test('a paused task says so and goes on when resumed; one whose label is taken away ends', async () => {
  const stage = await theatre()
  try {
    const number = await opened(stage)
    const at = { ...stage.at, issue_number: number }
    await stage.ana.rest.issues.addLabels({ ...at, labels: ['autopilot'] })
    await until(stage, number, 'is missing')
    await stage.ana.rest.issues.createComment({ ...at, body: '/pause the release comes first' })
    expect(await until(stage, number, 'paused by ana')).toContain('the release comes first')
    await stage.ana.rest.issues.createComment({ ...at, body: '/resume' })
    await until(stage, number, 'is missing')
    await stage.ana.rest.issues.removeLabel({ ...at, name: 'autopilot' })
    await until(stage, number, 'the label was taken away by')
  } finally {
    await stage.close()
  }
})

test('the pull request of a person gets all four checks as not applicable, so that required ones hold nobody', async () => {
  const stage = await theatre()
  try {
    const { ana, at } = stage
    const { data: main } = await ana.rest.git.getRef({ ...at, ref: 'heads/main' })
    await ana.rest.git.createRef({ ...at, ref: 'refs/heads/mine', sha: main.object.sha })
    await ana.rest.repos.createOrUpdateFileContents({
      ...at,
      path: 'more.js',
      branch: 'mine',
      message: 'more',
      content: Buffer.from('1\n').toString('base64'),
    })
    const { data: pull } = await ana.rest.pulls.create({ ...at, title: 'Mine', head: 'mine', base: 'main' })
    const checks = await stage.until('four checks', async () => {
      const { data } = await ana.rest.checks.listForRef({ ...at, ref: pull.head.sha })
      return data.total_count === 4 ? data.check_runs : undefined
    })
    expect(
      checks.map((check) => `${check.name} ${check.conclusion}`).toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(['council', 'plan', 'policy', 'quality'].map((kind) => `autopilot/${kind} neutral`))
  } finally {
    await stage.close()
  }
})
