import { createHash } from 'node:crypto'
import type { Octokit } from '@octokit/rest'
import { describe, expect, it } from 'vitest'
import yauzl from 'yauzl'
import { at, openActions, outcome, workflow } from '../actions/stage.ts'

const TWO = `on: workflow_dispatch
jobs:
  make:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir out && echo made > out/made.txt
      - uses: actions/upload-artifact@v4
        with: { name: built, path: out, retention-days: 2 }
  use:
    needs: make
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: { name: built, path: back }
      - run: cat back/made.txt
`

async function built(text = TWO) {
  const stage = await openActions({ 'go.yml': text })
  await stage.wes.rest.actions.createWorkflowDispatch({ ...at, workflow_id: 'go.yml', ref: 'main' })
  const run = await stage.over()
  const { data } = await stage.eve.rest.actions.listWorkflowRunArtifacts({ ...at, run_id: run.id })
  const [artifact] = data.artifacts
  if (artifact === undefined) throw new Error('no artifact')
  return { ...stage, made: run, artifact, wanted: { ...at, artifact_id: artifact.id } }
}

/** The signed address alone, as a client gets it that follows no redirect. */
async function addressOf(octokit: Octokit, artifact: number): Promise<string> {
  const { headers } = await octokit.request(
    'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
    {
      ...at,
      artifact_id: artifact,
      archive_format: 'zip',
      request: { redirect: 'manual' },
    },
  )
  return headers.location ?? ''
}

/** Names and texts of an archive. */
function unpacked(bytes: Buffer): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error !== null) return reject(error)
      const files: Record<string, string> = {}
      zip.on('entry', (entry: yauzl.Entry) => {
        zip.openReadStream(entry, (failed, stream) => {
          if (failed !== null) return reject(failed)
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('end', () => {
            files[entry.fileName] = Buffer.concat(chunks).toString('utf8')
            zip.readEntry()
          })
        })
      })
      zip.on('end', () => resolve(files))
      zip.readEntry()
    })
  })
}

describe('an artifact', () => {
  it('goes from one job to another, and is read and downloaded through the API', async () => {
    const { eve, made, artifact, wanted, job } = await built()
    expect(outcome(made)).toMatchObject({ conclusion: 'success' })
    expect(job('use').log).toContain('made')
    expect(artifact).toMatchObject({ name: 'built', expired: false, workflow_run: { id: made.id } })
    const { data } = await eve.rest.actions.getArtifact(wanted)
    expect(data).toEqual(artifact)
    const { data: archive } = await eve.rest.actions.downloadArtifact({ ...wanted, archive_format: 'zip' })
    const bytes = Buffer.from(archive as ArrayBuffer)
    expect(await unpacked(bytes)).toEqual({ 'made.txt': 'made\n' })
    expect(artifact.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
    expect(artifact.size_in_bytes).toBe(bytes.length)
  })

  it('has the names that its job chose, which nobody has looked at', async () => {
    const names = ['--help', '$(touch x)', 'con', 'a b;c', '%2e%2e', '<script>']
    const text = workflow(
      'workflow_dispatch',
      `- run: |
    mkdir out
    cd out
${names.map((name) => `    echo x > './${name}'`).join('\n')}
- uses: actions/upload-artifact@v4
  with: { name: built, path: out }`,
    )
    const { eve, wanted } = await built(text)
    const { data } = await eve.rest.actions.downloadArtifact({ ...wanted, archive_format: 'zip' })
    expect(Object.keys(await unpacked(Buffer.from(data as ArrayBuffer))).sort()).toEqual([...names].sort())
  })

  it('can be listed only after its upload ended, and a job cut off leaves none', async () => {
    const stage = await openActions({})
    const { ring, rung } = await stage.bell()
    const upload = `- uses: actions/upload-artifact@v4
  with: { name: built, path: made.txt }`
    const steps = `- run: echo made > made.txt
- run: |
    ${ring}
    exec sleep 60
${upload}`
    await stage.push({ '.github/workflows/go.yml': workflow('push', steps) })
    await rung
    const wanted = { ...at, run_id: stage.run('go.yml').id }
    const listed = async () =>
      (await stage.eve.rest.actions.listWorkflowRunArtifacts(wanted)).data.artifacts.map(({ name }) => name)
    expect(await listed()).toEqual([])
    await stage.wes.rest.actions.cancelWorkflowRun(wanted)
    await stage.over('go.yml')
    expect(await listed()).toEqual([])
  })

  it('is downloaded from an address of another origin that wants no token and lasts a minute', async () => {
    const { eve, artifact, loopback } = await built()
    const address = await addressOf(eve, artifact.id)
    expect(new URL(address).origin).not.toBe(loopback.origin)
    expect((await fetch(address)).status).toBe(200)
    const changed = address.replace(`/${artifact.id}?`, `/${artifact.id + 1}?`)
    expect((await fetch(changed)).status).toBe(403)
    expect((await fetch(address, { headers: { authorization: 'Bearer x' } })).status).toBe(400)
    loopback.forge.clock.advance(60_000)
    expect((await fetch(address)).status).toBe(403)
    expect(loopback.oracle.counts().exempt['signed download']).toBe(4)
  })

  it('that is expired stays listed and answers 410 to its download', async () => {
    const { eve, wanted, loopback } = await built()
    loopback.forge.clock.advance(2 * 24 * 3_600_000)
    const { data } = await eve.rest.actions.listArtifactsForRepo({ ...at, name: 'built' })
    expect(data.artifacts.map(({ expired }) => expired)).toEqual([true])
    const asked = eve.rest.actions.downloadArtifact({ ...wanted, archive_format: 'zip' })
    await expect(asked).rejects.toMatchObject({ status: 410 })
  })

  it('can be gone, at the API or at its address', async () => {
    const { eve, artifact, wanted, loopback } = await built()
    loopback.faults.add({ on: 'actions/download-artifact', fault: { kind: 'gone' } })
    const asked = () => eve.rest.actions.downloadArtifact({ ...wanted, archive_format: 'zip' })
    await expect(asked()).rejects.toMatchObject({ status: 410 })
    const address = await addressOf(eve, artifact.id)
    loopback.faults.add({ on: 'artifact', fault: { kind: 'gone' } })
    loopback.faults.add({ on: 'artifact', nth: 2, fault: { kind: 'cut' } })
    loopback.faults.add({ on: 'artifact', nth: 3, fault: { kind: 'status', status: 503 } })
    expect((await fetch(address)).status).toBe(410)
    await expect(fetch(address).then((reply) => reply.arrayBuffer())).rejects.toThrow('terminated')
    expect((await fetch(address)).status).toBe(503)
    expect((await fetch(address)).status).toBe(200)
  })

  it('is deleted by who may write, and nobody can read it any more', async () => {
    const { eve, wes, wanted } = await built()
    await expect(eve.rest.actions.deleteArtifact(wanted)).rejects.toMatchObject({ status: 403 })
    expect((await wes.rest.actions.deleteArtifact(wanted)).status).toBe(204)
    await expect(eve.rest.actions.getArtifact(wanted)).rejects.toMatchObject({ status: 404 })
  })

  it('is refused to those who are not signed in', async () => {
    const { octokit, wanted } = await built()
    const asked = octokit().rest.actions.downloadArtifact({ ...wanted, archive_format: 'zip' })
    await expect(asked).rejects.toMatchObject({ status: 401 })
  })
})

describe('logs', () => {
  it('answer 302 to a signed address: a text for a job, an archive for a run', async () => {
    const { eve, made, job } = await built()
    const { data: text } = await eve.rest.actions.downloadJobLogsForWorkflowRun({
      ...at,
      job_id: job('use').id,
    })
    expect(text).toBe(job('use').log)
    const { data: archive } = await eve.rest.actions.downloadWorkflowRunLogs({ ...at, run_id: made.id })
    const files = await unpacked(Buffer.from(archive as ArrayBuffer))
    expect(files['1_use.txt']).toBe(job('use').log)
    expect(Object.keys(files)).toContain('0_make.txt')
    expect(Object.entries(files).find(([name]) => /^use\/\d+_Run cat/.test(name))?.[1]).toContain('made')
  })
})
