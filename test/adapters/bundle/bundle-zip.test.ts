// Bundles in a zip that anybody may have made: every trick is refused by name, before anything is inflated.
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import yazl from 'yazl'
import { buffer } from 'node:stream/consumers'
import { readZip, ZIP_CAPS } from '../../../src/adapters/bundle/bundle-zip.ts'

interface Entry {
  name: string
  text?: string
  /** Unix mode with file type. */
  mode?: number
  flags?: number
  /** What the directory claims, where that is another than the truth. */
  bytes?: number
  method?: number
  /** Shares the bytes of the entry before. */
  shared?: boolean
}

/** A zip byte by byte, so that it may lie. */
function zipOf(entries: readonly Entry[], count = entries.length): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  let last = { at: 0, packed: 0 }
  for (const {
    name,
    text = '',
    mode = 0o100644,
    flags = 0x800,
    method = 8,
    shared = false,
    ...entry
  } of entries) {
    const packed = method === 8 ? deflateRawSync(text, { level: 9 }) : Buffer.from(text)
    const bytes = entry.bytes ?? Buffer.byteLength(text)
    const said = Buffer.from(name)
    const common = (length: number): Buffer => {
      const header = Buffer.alloc(26)
      header.writeUInt16LE(20, 0)
      header.writeUInt16LE(flags, 2)
      header.writeUInt16LE(method, 4)
      header.writeUInt32LE(length, 14)
      header.writeUInt32LE(bytes, 18)
      header.writeUInt16LE(said.length, 22)
      return header
    }
    if (!shared) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04'), common(packed.length), said, packed])
      last = { at, packed: packed.length }
      parts.push(local)
      at += local.length
    }
    const central = Buffer.alloc(14)
    central.writeUInt32LE((mode << 16) >>> 0, 6)
    central.writeUInt32LE(last.at, 10)
    const made = Buffer.from([20, 3])
    directory.push(Buffer.from('PK\x01\x02'), made, common(last.packed), central, said)
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, list, end])
}

async function refusal(bytes: Uint8Array, caps?: Partial<typeof ZIP_CAPS>): Promise<string> {
  const opened = await readZip(bytes, { ...ZIP_CAPS, ...caps })
  return opened.ok ? 'taken' : `${opened.problem.rule}: ${opened.problem.message}`
}

test('a plain zip is a bundle: its files by name, its folders not among them', async () => {
  const zip = new yazl.ZipFile()
  zip.addEmptyDirectory('evidence')
  zip.addBuffer(Buffer.from('{}\n'), 'manifest.json')
  zip.addBuffer(Buffer.from('ä'.repeat(1000)), 'evidence/PLAN/plan.md')
  zip.addBuffer(Buffer.from('as it is'), 'a.txt', { compress: false })
  zip.end()
  const opened = await readZip(await buffer(zip.outputStream))
  if (!opened.ok) throw new Error(opened.problem.message)
  const { bundle } = opened
  expect(await bundle.list()).toEqual(['a.txt', 'evidence/PLAN/plan.md', 'manifest.json'])
  expect(String(await bundle.read('evidence/PLAN/plan.md'))).toBe('ä'.repeat(1000))
  expect(String(await bundle.read('a.txt'))).toBe('as it is')
  expect(await bundle.read('evidence')).toBeUndefined()
  expect(await bundle.read('../a.txt')).toBeUndefined()
})

test('the zips of this file are good ones when nothing is wrong with them', async () => {
  const opened = await readZip(
    zipOf([
      { name: 'a.txt', text: 'one' },
      { name: 'b/', mode: 0o040755 },
    ]),
  )
  if (!opened.ok) throw new Error(opened.problem.message)
  expect(String(await opened.bundle.read('a.txt'))).toBe('one')
})

describe('a name', () => {
  test.each([
    ['../a.txt', 'artifact-broken', 'invalid relative path'],
    ['a/../../b.txt', 'artifact-broken', 'invalid relative path'],
    ['/etc/passwd', 'artifact-broken', 'absolute path'],
    ['C:/a.txt', 'artifact-broken', 'absolute path'],
    ['a\\..\\b.txt', 'artifact-broken', 'invalid characters'],
    ['a//b.txt', 'artifact-path', 'leaves or repeats a folder'],
    ['./a.txt', 'artifact-path', 'leaves or repeats a folder'],
    ['a\0.txt', 'artifact-path', 'NUL'],
    ['', 'artifact-path', 'is empty'],
    ['.git/config', 'artifact-path', 'names a .git folder'],
    ['evidence/.GIT/config', 'artifact-path', 'names a .git folder'],
    ['evidence/git~1/config', 'artifact-path', 'names a .git folder'],
    ['evidence/.g\u200cit/config', 'artifact-path', 'names a .git folder'],
  ])('like %j is refused', async (name, rule, words) => {
    const said = await refusal(
      zipOf([
        { name: 'manifest.json', text: '{}' },
        { name, text: 'x' },
      ]),
    )
    expect(said).toContain(rule)
    expect(said).toContain(words)
  })

  test.each([
    ['a.txt', 'a.txt'],
    ['a.txt', 'A.TXT'],
    ['ﬁle.txt', 'file.txt'],
  ])('that stands twice is refused: %s and %s', async (one, other) => {
    const said = await refusal(
      zipOf([
        { name: one, text: 'x' },
        { name: other, text: 'y' },
      ]),
    )
    expect(said).toContain('artifact-twice')
  })
})

test.each([
  ['a symlink', 0o120777],
  ['a device', 0o060644],
  ['a pipe', 0o010644],
  ['a file that says it is a folder', 0o040755],
])('%s is refused', async (_, mode) => {
  expect(await refusal(zipOf([{ name: 'a', text: '/etc/passwd', mode }]))).toContain('artifact-special')
})

test('an encrypted entry is refused', async () => {
  expect(await refusal(zipOf([{ name: 'a', text: 'x', flags: 0x801 }]))).toContain('artifact-encrypted')
  expect(await refusal(zipOf([{ name: 'a', text: 'x', flags: 0x841 }]))).toContain('artifact-broken')
})

describe('size', () => {
  test('a bomb that says what it is, is not inflated', async () => {
    const bomb = zipOf([{ name: 'a', text: '\0'.repeat(16 * 1024 * 1024) }])
    expect(bomb.length).toBeLessThan(20_000)
    expect(await refusal(bomb)).toMatch(/artifact-too-large: .* unpack to 16777216: a zip bomb/)
  })

  test('a bomb that says it is small is stopped where it said', async () => {
    const bomb = zipOf([{ name: 'a', text: '\0'.repeat(16 * 1024 * 1024), bytes: 100 }])
    expect(await refusal(bomb)).toMatch(/artifact-broken: .*too many bytes/)
  })

  test('an entry that says it is larger than it is, is refused', async () => {
    expect(await refusal(zipOf([{ name: 'a', text: 'abc', bytes: 4 }]))).toMatch(
      /artifact-broken: .*not enough bytes/,
    )
  })

  test('entries that share their bytes are refused', async () => {
    const text = Array.from({ length: 3000 }, (_, at) => String(at * 7919)).join()
    const many = Array.from({ length: 40 }, (_, at) => ({ name: `f${at}`, text, shared: at > 0 }))
    expect(await refusal(zipOf(many))).toContain('its entries overlap')
  })

  test('a file, or all of them, above the cap are refused', async () => {
    const two = zipOf([
      { name: 'a', text: 'x'.repeat(60) },
      { name: 'b', text: 'y'.repeat(60) },
    ])
    expect(await refusal(two, { fileBytes: 59 })).toContain('"a" has 60 bytes; 59 are read')
    expect(await refusal(two, { totalBytes: 119 })).toContain('its files have 120 bytes; 119 are read')
    expect(await refusal(two, { totalBytes: 120 })).toBe('taken')
  })

  test('more entries than the cap are refused, also where the directory only claims them', async () => {
    expect(await refusal(zipOf([{ name: 'a' }, { name: 'b' }, { name: 'c' }]), { entries: 2 })).toContain(
      'it holds 3 entries',
    )
    expect(await refusal(zipOf([{ name: 'a' }], 60_000))).toContain('it holds 60000 entries')
    expect(await refusal(zipOf([{ name: 'a' }], 900))).toContain('artifact-broken')
  })
})

test('what is no zip, or is cut, is refused', async () => {
  const zip = zipOf([{ name: 'a', text: 'x' }])
  for (const bytes of [Buffer.alloc(0), Buffer.from('<html>'), zip.subarray(0, -10), zip.subarray(30)]) {
    expect(await refusal(bytes)).toContain('artifact-broken')
  }
  expect(await refusal(zipOf([{ name: 'a', text: 'x', method: 12 }]))).toContain('artifact-broken')
  const torn = zipOf([{ name: 'a', text: 'some text that is deflated' }])
  torn[35] = 0xff
  expect(await refusal(torn)).toContain('artifact-broken')
})
