// Owns which names are allowed: repositories, refs (as git check-ref-format has it) and paths in a tree.

export type Sha = string

export const ZERO_SHA = '0'.repeat(40)
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text)
}

/** `owner/name` as a path below the store; undefined when it is no name. GitHub compares names without case. */
export function repositoryKey(fullName: string): string | undefined {
  const match = /^([\w][\w-]*)\/([\w.-]{1,100})$/.exec(fullName)
  const name = match?.[2]
  if (name === undefined || /^\.{1,2}$/.test(name) || /\.git$/i.test(name)) return undefined
  return fullName.toLowerCase()
}

/** A full ref name; https://git-scm.com/docs/git-check-ref-format */
export function isRefName(name: string): boolean {
  if (!/^refs\/[^/]+\/./.test(name) || name.includes('..') || name.includes('@{') || name.endsWith('.')) {
    return false
  }
  if (/[\0-\x20\x7f~^:?*[\\]/.test(name)) return false
  const parts = name.split('/')
  if (parts.some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock'))) return false
  return !isConfusing(name)
}

/** Names that git reads as something else: an option, HEAD, another ref, an object's id (GitHub refuses these). */
function isConfusing(name: string): boolean {
  const short = /^refs\/(?:heads|tags)\/(.*)$/s.exec(name)?.[1]
  if (short === undefined) return false
  return short.startsWith('-') || short.startsWith('refs/') || short === 'HEAD' || isSha(short)
}

/** The parts of a path in a tree; undefined when git or a file system would read it as something else. */
export function pathParts(path: string): string[] | undefined {
  if (path === '' || path.length > 4096 || path.includes('\0')) return undefined
  const parts = path.split('/')
  return parts.every((part) => isPathPart(part)) ? parts : undefined
}

/** Threat: CVE-2014-9390, a path that some file system takes for `.git`. */
function isPathPart(part: string): boolean {
  if (part === '' || part === '.' || part === '..') return false
  const seen = part.replaceAll(/[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '').toLowerCase()
  return !/^(?:\.git|git~1)(?:[ .]*$|[:\\])/.test(seen)
}
