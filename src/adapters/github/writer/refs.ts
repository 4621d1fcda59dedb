// Owns refs that are no branches: a few files in a commit without parent, so that a runner can fetch them by name.
import { z } from 'zod'
import { Sha } from '../../../contracts/base.ts'
import type { ForgeWriter } from '../../../ports/forge.ts'
import { contentOf } from '../../../contracts/change-set.ts'
import { blobId } from '../../change/blob-id.ts'
import type { Client } from '../client.ts'
import { ForgeError } from '../forge-error.ts'
import { Nothing, Ref } from '../shapes.ts'
import type { Snapshots } from '../snapshots.ts'
import type { TreeMaker } from './trees.ts'
import { makeTree } from './trees.ts'

const Made = z.object({ sha: Sha })
const SHA1 = '0'.repeat(40)

export async function putRef(
  maker: TreeMaker,
  snapshots: Snapshots,
  { ref, files, message }: Parameters<ForgeWriter['putRef']>[0],
): Promise<{ commit: Sha }> {
  const { client } = maker
  const name = shortName(ref)
  // Threat: forced, so it must never reach what people push to
  if (/^(?:heads|tags|pull)\//.test(name)) throw new TypeError(`${ref} is no ref of ours`)
  const entries = [...files].map(([path, text]) => {
    const bytes = Buffer.from(text, 'utf8')
    return { path, mode: '100644', blob: blobId(bytes, SHA1), content: contentOf(bytes) }
  })
  const tree = await makeTree(maker, null, entries)
  const commit = await client.write('git/create-commit', { message, tree, parents: [] }, Made)
  if (await created(client, ref, commit.sha)) return { commit: commit.sha }
  const current = await client.find('git/get-ref', { ref: name }, Ref)
  if (current !== undefined) {
    const there = await snapshots.commit(current.object.sha)
    const same = there.tree === tree && there.message.trimEnd() === message.trimEnd()
    if (same) return { commit: there.sha }
  }
  await client.write('git/update-ref', { ref: name, sha: commit.sha, force: true }, Ref)
  return { commit: commit.sha }
}

/** False: there is one already. */
async function created(client: Client, ref: string, sha: Sha): Promise<boolean> {
  try {
    await client.write('git/create-ref', { ref, sha }, Ref)
    return true
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'invalid') return false
    throw error
  }
}

export async function deleteRef(client: Client, ref: string): Promise<void> {
  try {
    await client.write('git/delete-ref', { ref: shortName(ref) }, Nothing)
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not_found') return
    if (!(error instanceof ForgeError && error.code === 'invalid')) throw error
    // gone already, or not to be deleted: GitHub answers 422 to both
    if ((await client.find('git/get-ref', { ref: shortName(ref) }, Ref)) !== undefined) throw error
  }
}

function shortName(ref: string): string {
  if (!ref.startsWith('refs/')) throw new TypeError(`${ref} is no full name of a ref`)
  return ref.slice('refs/'.length)
}
