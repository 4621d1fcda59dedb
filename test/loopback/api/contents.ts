// Owns reading files and folders through the contents API, and the README.
import { posix } from 'node:path'
import type { PathAt, TreeEntry } from '../git/objects.ts'
import {
  MOST_BYTES,
  fileShape,
  folderObject,
  folderRow,
  submoduleShape,
  symlinkShape,
} from '../shapes/content.ts'
import type { ContentPlace } from '../shapes/content.ts'
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { ok } from '../server/call.ts'
import { isEmpty } from './empty.ts'
import { rawReply, wants } from './media.ts'

/** Source: docs.github.com/rest/repos/contents: "an upper limit of 1,000 files for a directory". */
const MOST_ENTRIES = 1_000
/** A link to a link to a link: git itself gives up somewhere too. */
const MOST_LINKS = 5

type Asked = Pick<Call, 'forge' | 'actor' | 'repository' | 'query' | 'accept'>
type Found = Extract<PathAt, { kind: 'file' | 'symlink' }>

/** The commit that `ref` means, and the name by which addresses in the reply call it. @throws {ApiError} 404 */
async function revision(call: Asked): Promise<{ sha: string; ref: string }> {
  const { repository } = call
  const ref = call.query.get('ref') ?? repository.defaultBranch
  if (await isEmpty(repository)) throw new ApiError(404, 'This repository is empty.')
  const commit = await repository.git.commit(ref)
  if (commit === undefined) throw new ApiError(404, `No commit found for the ref ${ref}`)
  return { sha: commit.sha, ref: ref.replace(/^refs\/(heads|tags)\//, '') }
}

/** The normal file that a symlink leads to inside of the repository. */
async function followed({ repository }: Asked, sha: string, path: string): Promise<Found | undefined> {
  let at = path
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const found = await repository.git.blobAt(sha, at)
    if (found?.kind === 'file') return found
    if (found?.kind !== 'symlink') return undefined
    const target = found.content.toString('utf8')
    if (target.startsWith('/')) return undefined
    at = posix.join(posix.dirname(at), target)
  }
  return undefined
}

/** Submodules are named in `.gitmodules`, as git reads it. */
async function submoduleUrl({ repository }: Asked, sha: string, path: string): Promise<string> {
  const modules = await repository.git.blobAt(sha, '.gitmodules')
  const text = modules?.kind === 'file' ? modules.content.toString('utf8') : ''
  for (const section of text.split(/^\s*\[submodule .*\]\s*$/m)) {
    const value = (name: string) => new RegExp(`^\\s*${name}\\s*=\\s*(.+?)\\s*$`, 'm').exec(section)?.[1]
    const url = value('url')
    if (value('path') === path && url !== undefined) return url
  }
  throw notFound()
}

function file(call: Asked, place: ContentPlace, found: Found): Reply {
  const { content } = found
  if (content.length > MOST_BYTES) {
    throw new ApiError(403, 'This API returns blobs up to 100 MB in size. Use git to get larger ones.')
  }
  if (wants(call, 'raw')) return rawReply('raw', content)
  if (wants(call, 'html')) return rawReply('html', htmlOf(content))
  return described(call, fileShape(call.forge, call.repository, place, content))
}

/** Markup is not rendered: an HTML page of the plain text, which is what GitHub gives for a file without markup. */
function htmlOf(content: Buffer): string {
  const text = content.toString('utf8').replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<div class="plain"><pre>${text}</pre></div>`
}

/** JSON is sent as JSON, whichever of GitHub's media types was asked for; the description names the object's apart. */
function described(call: Asked, body: Record<string, unknown>): Reply {
  return wants(call, 'object') ? { ...ok(body), described: 'application/vnd.github.object' } : ok(body)
}

function folder(call: Asked, place: ContentPlace, entries: readonly TreeEntry[]): Reply {
  const { forge, repository } = call
  const rows = entries.slice(0, MOST_ENTRIES).map((entry) => {
    const path = place.path === '' ? entry.path : `${place.path}/${entry.path}`
    return folderRow(forge, repository, { ...place, path, sha: entry.sha }, entry)
  })
  return wants(call, 'object') ? described(call, folderObject(forge, repository, place, rows)) : ok(rows)
}

async function show(call: Asked, path: string, at: { sha: string; ref: string }): Promise<Reply> {
  const { forge, repository } = call
  const found = await repository.git.blobAt(at.sha, path)
  if (found === undefined) throw notFound()
  const place = { path, sha: found.sha, ref: at.ref }
  switch (found.kind) {
    case 'folder':
      return folder(call, place, found.entries)
    case 'file':
      return file(call, place, found)
    case 'symlink': {
      const target = await followed(call, at.sha, path)
      if (target !== undefined) return file(call, { ...place, sha: target.sha }, target)
      if (wants(call, 'raw')) return rawReply('raw', found.content)
      const { target: leadsTo, ...shape } = symlinkShape(
        forge,
        repository,
        place,
        found.content.toString('utf8'),
      )
      return wants(call, 'object') ? described(call, shape) : ok({ ...shape, target: leadsTo })
    }
    case 'submodule': {
      const url = await submoduleUrl(call, at.sha, path)
      const { submodule_git_url: from, ...shape } = submoduleShape(forge, repository, place, url)
      return wants(call, 'object') ? described(call, shape) : ok({ ...shape, submodule_git_url: from })
    }
  }
}

/** In this order; source: docs.github.com, "About READMEs": `.github`, the root, then `docs`. */
const README_FOLDERS = ['.github', '', 'docs']

async function readmePath({ repository }: Asked, sha: string): Promise<string> {
  for (const folder of README_FOLDERS) {
    const found = await repository.git.blobAt(sha, folder)
    const entries = found?.kind === 'folder' ? found.entries : []
    const names = entries.filter(({ type }) => type === 'blob').map(({ path }) => path)
    const name =
      names.find((one) => /^readme\.md$/i.test(one)) ?? names.find((one) => /^readme(\.\w+)?$/i.test(one))
    if (name !== undefined) return posix.join(folder, name)
  }
  throw notFound()
}

export const contentOperations: Operations = {
  'repos/get-content': async (call) => {
    const path = (call.params['path'] ?? '').replace(/\/+$/, '')
    return show(call, path, await revision(call))
  },
  'repos/get-readme': async (call) => {
    const at = await revision(call)
    return show(call, await readmePath(call, at.sha), at)
  },
}
