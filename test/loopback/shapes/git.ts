// Owns how refs, blobs, trees, tags and commits of git's own data look in replies.
import type { Forge } from '../forge.ts'
import type { Commit, Identity, Tag } from '../git/commit-object.ts'
import type { ObjectType } from '../git/object-reader.ts'
import type { TreeEntry } from '../git/objects.ts'
import type { Repository } from '../world/repository.ts'
import { nodeId } from './node-id.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'

const FOLDER: Readonly<Record<ObjectType, string>> = {
  blob: 'blobs',
  tree: 'trees',
  commit: 'commits',
  tag: 'tags',
}

/** The address of an object in the git data API. */
export const objectUrl = (forge: Forge, repository: Repository, type: ObjectType, sha: string) =>
  `${repositoryUrl(forge, repository)}/git/${FOLDER[type]}/${sha}`

export const commitPage = (forge: Forge, repository: Repository, sha: string) =>
  `${repositoryPage(forge, repository)}/commit/${sha}`

export const person = ({ name, email, date }: Identity) => ({ name, email, date })

/** Parts of a URL's path; a slash stays, everything else that is special is escaped. */
export const escapePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/** GitHub's `verification`; only what the loopback signed itself is verified. */
export function verificationShape(commit: Commit) {
  const { signature, payload, verified } = commit
  if (signature === undefined || payload === undefined) {
    return { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
  }
  return {
    verified,
    reason: verified ? 'valid' : 'unknown_key',
    signature,
    payload,
    verified_at: verified ? commit.committer.date : null,
  }
}

/** GitHub's `git-commit`. */
export function gitCommitShape(forge: Forge, repository: Repository, commit: Commit) {
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', `${repository.id}:${commit.sha}`),
    url: objectUrl(forge, repository, 'commit', commit.sha),
    html_url: commitPage(forge, repository, commit.sha),
    author: person(commit.author),
    committer: person(commit.committer),
    message: commit.message.trimEnd(),
    tree: { sha: commit.tree, url: objectUrl(forge, repository, 'tree', commit.tree) },
    parents: commit.parents.map((sha) => ({
      sha,
      url: objectUrl(forge, repository, 'commit', sha),
      html_url: commitPage(forge, repository, sha),
    })),
    verification: verificationShape(commit),
  }
}

/** GitHub's `git-ref`. */
export function refShape(
  forge: Forge,
  repository: Repository,
  ref: { readonly name: string; readonly sha: string; readonly type: ObjectType },
) {
  return {
    ref: ref.name,
    node_id: nodeId('Ref', `${repository.id}:${ref.name}`),
    url: `${repositoryUrl(forge, repository)}/git/${escapePath(ref.name)}`,
    object: { sha: ref.sha, type: ref.type, url: objectUrl(forge, repository, ref.type, ref.sha) },
  }
}

/** GitHub's `git-tag`: an annotated tag. Tags made through the API are never signed. */
export function tagShape(forge: Forge, repository: Repository, tag: Tag) {
  const { tagger } = tag
  return {
    node_id: nodeId('Tag', `${repository.id}:${tag.sha}`),
    sha: tag.sha,
    url: objectUrl(forge, repository, 'tag', tag.sha),
    tag: tag.tag,
    message: tag.message.trimEnd(),
    tagger: tagger === undefined ? { name: '', email: '', date: '' } : person(tagger),
    object: { sha: tag.object, type: tag.type, url: objectUrl(forge, repository, tag.type, tag.object) },
    verification: {
      verified: false,
      reason: 'unsigned',
      signature: null,
      payload: null,
      verified_at: null,
    },
  }
}

/** GitHub's `blob`; base64 with a line break after 60 characters, as GitHub sends it. */
export function blobShape(
  forge: Forge,
  repository: Repository,
  blob: { readonly sha: string; readonly content: Buffer },
) {
  return {
    sha: blob.sha,
    node_id: nodeId('Blob', `${repository.id}:${blob.sha}`),
    size: blob.content.length,
    url: objectUrl(forge, repository, 'blob', blob.sha),
    content: wrappedBase64(blob.content),
    encoding: 'base64',
  }
}

export const wrappedBase64 = (bytes: Buffer) =>
  bytes.toString('base64').replaceAll(/.{1,60}/g, (line) => `${line}\n`)

/** One row of a `git-tree`; a submodule has no address. */
export function treeEntryShape(forge: Forge, repository: Repository, entry: TreeEntry) {
  return {
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size === undefined ? {} : { size: entry.size }),
    ...(entry.type === 'commit' ? {} : { url: objectUrl(forge, repository, entry.type, entry.sha) }),
  }
}
