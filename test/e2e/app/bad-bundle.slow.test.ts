// Bundles that no run of ours leaves, on the whole way from the artifact to the issue: refused by name, nothing published.
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import yazl from 'yazl'
import { readZip } from '../../../src/adapters/bundle/bundle-zip.ts'
import type { ChangeSet, FileChange } from '../../../src/contracts/change-set.ts'
import { evidenceJson } from '../../../src/contracts/canonical.ts'
import { artifactName } from '../../../src/contracts/bundle.ts'
import { DispatchInputs } from '../../../src/contracts/envelope.ts'
import type { JobRequest } from '../../loopback/runner/job/request.ts'
import { bundleOf } from '../../theatre/played.ts'
import { forge, replaceText, type Texts } from '../forger.ts'
import { expectNothingPublished, labelled, usual, type PlayIn, LONG } from './quick-page.ts'

/** Unix modes. */
const SYMLINK = 0o120777

interface Odd {
  /** Of the bundle that is taken, where it is another than the one awaited. */
  attempt?: number
  edit?: (texts: Texts) => void
  /** Beside the files. */
  add?: (zip: yazl.ZipFile) => void
  /** Of the finished zip. */
  bytes?: (zip: Buffer) => Buffer
  retentionDays?: number
}

/** The job leaves its bundle, made odd, and ends well. */
function leaves(odd: Odd): PlayIn {
  return async (request, asUsual, world) => {
    if (request.attempt.workflow.path !== '.github/workflows/autopilot.yml') return asUsual()
    const { attempt, id: job } = request
    const inputs = DispatchInputs.parse(attempt.event.inputs)
    const made = await bundleOf(world, attempt.event.repository, inputs, odd.attempt ?? 1)
    await put(request, job, artifactName(inputs.task, 1), await zipped(made, odd), odd.retentionDays)
    return { conclusion: 'success', steps: [], outputs: new Map() }
  }
}

async function put(
  { attempt }: JobRequest,
  job: number,
  name: string,
  zip: Buffer,
  retentionDays = 14,
): Promise<void> {
  const { id: run, attempt: number } = attempt.run
  await attempt.host.artifacts.put({ run, attempt: number, job, name, zip, retentionDays })
}

async function zipped(made: Buffer, odd: Odd): Promise<Buffer> {
  const read = await readZip(made)
  if (!read.ok) throw new Error(read.problem.message)
  const texts: Texts = new Map()
  for (const path of await read.bundle.list()) {
    texts.set(path, new TextDecoder().decode(await read.bundle.read(path)))
  }
  odd.edit?.(texts)
  const zip = new yazl.ZipFile()
  for (const [path, text] of texts) zip.addBuffer(Buffer.from(text), path)
  odd.add?.(zip)
  zip.end()
  const bytes = await buffer(zip.outputStream)
  return odd.bytes?.(bytes) ?? bytes
}

/** Names of one length changed in local header and directory: what no zip library would write. */
function renamed(from: string, to: string): (zip: Buffer) => Buffer {
  return (zip) => Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}

/** The change with one file more, every digest and link made to fit, as a runner that lies would. */
function withFile(file: Partial<FileChange> & { path: string }, mode = '100644'): (texts: Texts) => void {
  const after = { mode, blob: 'a'.repeat(40), content: { encoding: 'utf8', text: 'x\n' } }
  const added = { before: null, added: 1, removed: 0, binary: false, after, ...file }
  const edit = (changes: ChangeSet): object => ({
    ...changes,
    files: [...changes.files, added].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  })
  const listed = { path: file.path, action: 'create', added: 1, removed: 0 }
  const edits = {
    'evidence/IMPLEMENT/modified_files.json': (modified: { files: object[] }) => ({
      ...modified,
      files: [...modified.files, listed],
    }),
    'evidence/IMPLEMENT/change_set.json': edit,
    'evidence/REVIEW/change_subject.json': (subject: { changes: ChangeSet }) => ({
      ...subject,
      changes: edit(subject.changes),
    }),
  }
  return (texts) => forge(texts, edits, { bold: true })
}

function manifestVersion(version: number): (texts: Texts) => void {
  return (texts) =>
    replaceManifest(texts, (text) => text.replace('autopilot/bundle@1', `autopilot/bundle@${version}`))
}

function replaceManifest(texts: Texts, edit: (text: string) => string): void {
  texts.set('manifest.json', edit(texts.get('manifest.json') ?? ''))
}

function fingerprint(
  edit: (print: { autopilot: string; contracts: object }) => object,
): (texts: Texts) => void {
  return (texts) =>
    replaceText(texts, 'inputs/fingerprint.json', (text) =>
      evidenceJson(edit(JSON.parse(text) as { autopilot: string; contracts: object })),
    )
}

const REFUSED: readonly [what: string, odd: Odd, said: readonly string[]][] = [
  ['expired', { retentionDays: 0 }, ['GitHub has deleted what the run left', 'Artifacts expire.']],
  [
    'a zip bomb',
    { add: (zip) => zip.addBuffer(Buffer.alloc(60 * 1024 * 1024), 'evidence/bomb') },
    ['was not accepted', 'a zip bomb', '`artifact-too-large`'],
  ],
  [
    'a file that is not what was sealed',
    { edit: (texts) => void texts.set('evidence/PLAN/plan.md', 'x') },
    ['was not accepted', 'evidence/PLAN/plan.md was altered', '`bundle-unsound`'],
  ],
  [
    'of another attempt',
    { attempt: 2 },
    ['the bundle is of attempt 2; attempt 1 holds the lease', '`run-attempt`'],
  ],
  [
    'a path that leads out of it',
    {
      add: (zip) => zip.addBuffer(Buffer.from('x'), 'xx/xx/evil'),
      bytes: renamed('xx/xx/evil', '../../evil'),
    },
    ['was not accepted', 'invalid relative path', '`artifact-broken`'],
  ],
  [
    'a symlink',
    { add: (zip) => zip.addBuffer(Buffer.from('/etc/passwd'), 'evidence/link', { mode: SYMLINK }) },
    ['is a link or a special file', '`artifact-special`'],
  ],
  [
    'a .git under another name',
    { add: (zip) => zip.addBuffer(Buffer.from('x'), 'evidence/.GIT/config') },
    ['names a .git folder', '`artifact-path`'],
  ],
  [
    'a change of a .git alias',
    { edit: withFile({ path: 'git~1/config' }) },
    ['was not accepted', 'is no path inside the repository', '`bundle-unsound`'],
  ],
  [
    'a change with a gitlink',
    { edit: withFile({ path: 'lib' }, '160000') },
    ['was not accepted', 'files.0.after.mode', '`bundle-unsound`'],
  ],
  [
    'a change of a path that is protected',
    { edit: withFile({ path: '.github/workflows/more.yml' }) },
    ['was not accepted', '`bundle-unsound`'],
  ],
  [
    'a manifest of a version to come',
    { edit: manifestVersion(2) },
    [
      'made by a newer version of Autopilot',
      'manifest has version 2, the App reads version 1',
      'Update the App',
    ],
  ],
  [
    'a manifest of a version that is no longer read',
    { edit: manifestVersion(0) },
    ['made by an older version of Autopilot', 'version 0', "Name the commit of the App's release"],
  ],
  [
    'a record of a version to come',
    {
      edit: fingerprint((print) => ({ ...print, autopilot: '9.0.0', contracts: { plan: 2 } })),
    },
    ['the Action is Autopilot 9.0.0', 'plan has version 2, the App reads version 1', 'Update the App'],
  ],
]

test.each(REFUSED)(
  '%s: the issue says what was wrong, and nothing is published',
  async (_, odd, said) => {
    const stage = await labelled(leaves(odd))
    const status = await stage.status()
    for (const words of said) expect(status).toContain(words)
    expect(status).toContain('/retry')
    await expectNothingPublished(stage)
    expect((await stage.state(stage.number))?.requested).toBeNull()
  },
  LONG,
)

test(
  'after a bundle that was refused, /retry leads to the merge',
  async () => {
    const odd = { edit: (texts: Texts) => void texts.set('evidence/PLAN/plan.md', 'x') }
    const stage = await labelled(leaves(odd))
    await stage.retry(usual)
    expect(await stage.state(stage.number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
  },
  LONG,
)
