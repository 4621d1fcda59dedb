// Measures what a task costs GitHub from label to merge, and how a large change is published.
import { blobId } from '../../../src/adapters/change/blob-id.ts'
import type { Forge } from '../../../src/ports/forge.ts'
import { contentOf, type ChangeSet } from '../../../src/contracts/change-set.ts'
import { openQuick, type Quick } from '../../theatre/quick.ts'
import { atMost, shown, timed } from '../row.ts'
import type { Row } from '../row.ts'

const FILES = 200
const SHA1 = '0'.repeat(40)

export async function rows(): Promise<Row[]> {
  const stage = await openQuick()
  try {
    const number = await stage.open()
    // who the App is and its token are asked once a process and an hour, whatever the number of tasks
    await forgeOf(stage).then((forge) => forge.reader.branch('main'))
    const before = stage.asked()
    await stage.label(number)
    await stage.settle()
    const state = await stage.state(number)
    if (state?.closed?.result !== 'accepted') throw new Error(`the task did not merge\n${stage.log()}`)
    const { calls, points } = stage.asked()
    return [
      atMost('task.github_calls', calls - before.calls, 'calls', 40),
      shown('task.points', points - before.points, 'points'),
      ...(await publishing(stage)),
    ]
  } finally {
    await stage.close()
  }
}

async function publishing(stage: Quick): Promise<Row[]> {
  const { ana, at } = stage
  const forge = await forgeOf(stage)
  const parent = (await forge.reader.branch('main'))?.sha ?? ''
  const changes = await manyFiles(ana, at, parent)
  const before = stage.asked().calls
  const order = { branch: 'autopilot/many', parent, expectedHead: null, changes, message: 'Many files' }
  const ms = await timed(async () => {
    const { result } = await forge.writer.putBranch(order)
    if (result !== 'created') throw new Error(`the branch is ${result}`)
  })
  return [
    shown('publish.200_files', ms, 'ms'),
    shown('publish.200_files_calls', stage.asked().calls - before, 'calls'),
  ]
}

async function forgeOf({ service, at, installation, repository }: Quick): Promise<Forge> {
  const { owner, repo: name } = at
  const { forge } = await service()
  return forge({ installation: installation.id, repository: { id: repository.id, owner, name } })
}

async function manyFiles(ana: Quick['ana'], at: Quick['at'], base: string): Promise<ChangeSet> {
  const texts = Array.from({ length: FILES }, (_, n) => ({
    path: `many/file-${String(n).padStart(3, '0')}.js`,
    text: `export const number${n} = ${n}\n`.repeat(40),
  }))
  const { data: commit } = await ana.rest.git.getCommit({ ...at, commit_sha: base })
  const { data: made } = await ana.rest.git.createTree({
    ...at,
    base_tree: commit.tree.sha,
    tree: texts.map(({ path, text: content }) => ({ path, mode: '100644', type: 'blob', content })),
  })
  const files = texts.map(({ path, text }) => {
    const bytes = Buffer.from(text, 'utf8')
    const after = { mode: '100644' as const, blob: blobId(bytes, SHA1), content: contentOf(bytes) }
    return { path, before: null, after, added: 40, removed: 0, binary: false }
  })
  return { schema: 'autopilot/change-set@1', base, tree: made.sha, files }
}
