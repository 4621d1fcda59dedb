// Owns the text of commit and tag objects: reading, writing, and the signature that stands for "Verified".
import { createHash } from 'node:crypto'
import type { Sha } from './names.ts'
import type { ObjectType } from './object-reader.ts'

export interface Identity {
  name: string
  email: string
  /** ISO 8601; read as UTC with a Z, as GitHub gives it. */
  date: string
  /** `+0200`: the writer's offset, kept when a commit is written again. */
  zone?: string
}

export interface Commit {
  sha: Sha
  tree: Sha
  parents: Sha[]
  author: Identity
  committer: Identity
  message: string
  /** True when the loopback itself signed exactly this commit. */
  verified: boolean
  /** As GitHub's `verification` has them; absent when the commit carries no signature. */
  signature?: string
  payload?: string
}

export interface NewCommit {
  tree: Sha
  parents: readonly Sha[]
  author: Identity
  committer: Identity
  message: string
  signed?: boolean
  /** The caller's own, over exactly the commit without it; it counts for nothing here. */
  signature?: string
}

export interface Tag {
  sha: Sha
  tag: string
  object: Sha
  type: ObjectType
  tagger?: Identity
  message: string
}

export interface NewTag {
  tag: string
  object: Sha
  type: ObjectType
  tagger: Identity
  message: string
}

export function renderCommit(commit: NewCommit): string {
  const parents = commit.parents.map((parent) => `parent ${parent}\n`).join('')
  const head = `tree ${commit.tree}\n${parents}author ${renderIdentity(commit.author)}\ncommitter ${renderIdentity(commit.committer)}\n`
  const body = `\n${commit.message.replaceAll('\0', '')}`
  const signature = commit.signed === true ? signatureOf(head + body) : commit.signature?.trim()
  return signature === undefined ? head + body : `${head}gpgsig ${signature.replaceAll('\n', '\n ')}\n${body}`
}

export function parseCommit(sha: Sha, content: Buffer): Commit {
  const { headers, message, payload } = parseHeaders(content.toString('utf8'))
  const first = (name: string) => headers.find((header) => header.name === name)?.value
  const signature = first('gpgsig')
  return {
    sha,
    tree: first('tree') ?? '',
    parents: headers.filter((header) => header.name === 'parent').map((header) => header.value),
    author: parseIdentity(first('author') ?? ''),
    committer: parseIdentity(first('committer') ?? ''),
    message,
    verified: signature === signatureOf(payload),
    ...(signature === undefined ? {} : { signature, payload }),
  }
}

export function renderTag(tag: NewTag): string {
  return `object ${tag.object}\ntype ${tag.type}\ntag ${tag.tag}\ntagger ${renderIdentity(tag.tagger)}\n\n${tag.message.replaceAll('\0', '')}`
}

export function parseTag(sha: Sha, content: Buffer): Tag {
  const { headers, message } = parseHeaders(content.toString('utf8'))
  const first = (name: string) => headers.find((header) => header.name === name)?.value
  const tagger = first('tagger')
  return {
    sha,
    tag: first('tag') ?? '',
    object: first('object') ?? '',
    type: (first('type') ?? 'commit') as ObjectType,
    ...(tagger === undefined ? {} : { tagger: parseIdentity(tagger) }),
    message,
  }
}

/** Bound to the commit's own text: copied onto another commit it no longer counts. */
function signatureOf(payload: string): string {
  const digest = createHash('sha256').update(`loopback signature\n${payload}`).digest('base64')
  return `-----BEGIN PGP SIGNATURE-----\n\nloopback ${digest}\n-----END PGP SIGNATURE-----`
}

function parseHeaders(text: string) {
  const blank = text.indexOf('\n\n')
  const head = blank < 0 ? text : text.slice(0, blank)
  const headers: { name: string; value: string }[] = []
  for (const line of head.split('\n')) {
    const last = headers.at(-1)
    if (line.startsWith(' ') && last !== undefined) {
      last.value += `\n${line.slice(1)}`
    } else {
      const space = line.indexOf(' ')
      headers.push({ name: line.slice(0, space), value: line.slice(space + 1) })
    }
  }
  const message = blank < 0 ? '' : text.slice(blank + 2)
  const payload = text.replace(/^gpgsig .*\n(?: .*\n)*/m, '')
  return { headers, message, payload }
}

function parseIdentity(line: string): Identity {
  const [, name = '', email = '', seconds = '0', zone = '+0000'] =
    /^(.*?) ?<([^>]*)> ?(-?\d+)? ?([+-]\d{4})?$/.exec(line) ?? []
  return { name, email, date: isoSeconds(Number(seconds)), zone }
}

function renderIdentity({ name, email, date, zone }: Identity): string {
  const milliseconds = Date.parse(date)
  if (Number.isNaN(milliseconds)) throw new TypeError(`"${date}" is no date: give ISO 8601`)
  const offset = zone ?? /([+-]\d{2}):?(\d{2})$/.exec(date)?.slice(1).join('') ?? '+0000'
  return `${plain(name)} <${plain(email)}> ${Math.floor(milliseconds / 1000)} ${offset}`
}

/** What git itself leaves out of a name, since the header could not be read otherwise. */
function plain(text: string): string {
  return text.replaceAll(/[<>\n\0]/g, '').trim()
}

function isoSeconds(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}
