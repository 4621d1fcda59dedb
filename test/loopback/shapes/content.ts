// Owns how files, folders, symlinks and submodules look in the contents API.
import type { Forge } from '../forge.ts'
import type { ObjectType } from '../git/object-reader.ts'
import type { Repository } from '../world/repository.ts'
import { escapePath, objectUrl, wrappedBase64 } from './git.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'

/** Source: docs.github.com/rest/repos/contents: above 1 MB a file's content is left out, above 100 MB it is refused. */
export const MOST_INLINE_BYTES = 1_048_576
export const MOST_BYTES = 104_857_600

export interface ContentPlace {
  readonly path: string
  readonly sha: string
  /** the branch, tag or commit that was asked for */
  readonly ref: string
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

function links(forge: Forge, repository: Repository, place: ContentPlace, type: ObjectType) {
  const path = escapePath(place.path)
  const url = `${repositoryUrl(forge, repository)}/contents/${path}?ref=${encodeURIComponent(place.ref)}`
  const page = repositoryPage(forge, repository)
  const ref = escapePath(place.ref)
  // a submodule that lies elsewhere has no address on this GitHub
  const elsewhere = type === 'commit'
  const git = elsewhere ? null : objectUrl(forge, repository, type, place.sha)
  const html = elsewhere ? null : `${page}/${type === 'tree' ? 'tree' : 'blob'}/${ref}/${path}`
  return {
    name: nameOf(place.path),
    path: place.path,
    sha: place.sha,
    url,
    git_url: git,
    html_url: html,
    download_url: type === 'blob' ? `${page}/raw/${ref}/${path}` : null,
    _links: { self: url, git, html },
  }
}

/** A file as a write answers it and a folder lists it: without its content. */
export function fileEntry(forge: Forge, repository: Repository, place: ContentPlace, size: number) {
  return { type: 'file', size, ...links(forge, repository, place, 'blob') }
}

/** GitHub's `content-file`. */
export function fileShape(forge: Forge, repository: Repository, place: ContentPlace, content: Buffer) {
  const inline = content.length <= MOST_INLINE_BYTES
  return {
    ...fileEntry(forge, repository, place, content.length),
    content: inline ? wrappedBase64(content) : '',
    encoding: inline ? 'base64' : 'none',
  }
}

/** GitHub's `content-symlink`. */
export function symlinkShape(forge: Forge, repository: Repository, place: ContentPlace, target: string) {
  return {
    type: 'symlink',
    target,
    size: Buffer.byteLength(target),
    ...links(forge, repository, place, 'blob'),
  }
}

/** GitHub's `content-submodule`. */
export function submoduleShape(forge: Forge, repository: Repository, place: ContentPlace, url: string) {
  return { type: 'submodule', submodule_git_url: url, size: 0, ...links(forge, repository, place, 'commit') }
}

/** One row of a folder. A submodule is listed as a file, "for backwards compatibility purposes". */
export function folderRow(
  forge: Forge,
  repository: Repository,
  place: ContentPlace,
  entry: { readonly type: ObjectType; readonly mode: string; readonly size?: number },
) {
  const type = entry.type === 'tree' ? 'dir' : entry.mode === '120000' ? 'symlink' : 'file'
  return { type, size: entry.size ?? 0, ...links(forge, repository, place, entry.type) }
}

/** GitHub's `content-tree`: a folder in the object media type. */
export function folderObject(
  forge: Forge,
  repository: Repository,
  place: ContentPlace,
  entries: readonly unknown[],
) {
  return { type: 'dir', size: 0, ...links(forge, repository, place, 'tree'), entries }
}
