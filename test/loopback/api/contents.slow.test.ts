// Owns what shows reading files and folders through the contents API.
import { describe, expect, it } from 'vitest'
import { AT, commitOn, gitArena, headOf, refusal } from './git-arena.ts'

const MEGABYTE = 1_048_576
const text = (data: unknown) => Buffer.from((data as { content: string }).content, 'base64').toString('utf8')

describe('contents', () => {
  it('a file is base64 with its path and blob, of the default branch or of `ref`', async () => {
    const { bot, octokit, repository } = await gitArena()
    const old = await headOf(repository)
    const long = 'x'.repeat(100)
    await commitOn(repository, 'main', { 'src/sum.js': long })
    const { data } = await octokit().rest.repos.getContent({ ...AT, path: 'src/sum.js' })
    expect(data).toMatchObject({
      type: 'file',
      encoding: 'base64',
      name: 'sum.js',
      path: 'src/sum.js',
      size: 100,
    })
    expect(text(data)).toBe(long)
    // GitHub breaks base64 into lines of 60
    expect((data as { content: string }).content).toMatch(/^.{60}\n/)
    for (const ref of [old, old.slice(0, 9)]) {
      const before = await bot.rest.repos.getContent({ ...AT, path: 'src/sum.js', ref })
      expect(text(before.data)).toBe('a - b\n')
    }
  })

  it('raw gives the bytes, html a page', async () => {
    const { bot } = await gitArena()
    const at = { ...AT, path: 'README.md' }
    const raw = await bot.rest.repos.getContent({ ...at, mediaType: { format: 'raw' } })
    expect(raw.data).toBe('# widgets\n')
    const html = await bot.rest.repos.getContent({ ...at, mediaType: { format: 'html' } })
    expect(html.data).toContain('<pre># widgets')
  })

  it('a folder lists its entries with their types, and as an object with `entries`', async () => {
    const { bot, repository } = await gitArena()
    const { data } = await bot.rest.repos.getContent({ ...AT, path: '' })
    const listed = data as { name: string; type: string; path: string }[]
    expect(listed.map(({ name, type }) => [name, type])).toEqual([
      ['.github', 'dir'],
      ['README.md', 'file'],
      ['src', 'dir'],
    ])
    const object = await bot.rest.repos.getContent({ ...AT, path: 'src', mediaType: { format: 'object' } })
    expect(object.data).toMatchObject({ type: 'dir', path: 'src', entries: [{ path: 'src/sum.js' }] })
    const file = await bot.rest.repos.getContent({
      ...AT,
      path: 'README.md',
      mediaType: { format: 'object' },
    })
    expect(text(file.data)).toBe('# widgets\n')
    expect(await headOf(repository)).toHaveLength(40)
  })

  it('a directory lists 1,000 files at most', async () => {
    const { bot, repository } = await gitArena()
    const sha = await repository.git.writeBlob('')
    const entries = Array.from({ length: 1_001 }, (_, at) => ({ path: `many/${at}`, mode: '100644', sha }))
    await commitOn(repository, 'main', entries)
    const { data } = await bot.rest.repos.getContent({ ...AT, path: 'many' })
    expect(data).toHaveLength(1_000)
  })

  it('a file above 1 MB has empty content and encoding `none`; raw gives it', async () => {
    const { bot, repository } = await gitArena()
    const entry = (path: string, size: number) => ({ path, mode: '100644', content: Buffer.alloc(size, 'a') })
    await commitOn(repository, 'main', [entry('one', MEGABYTE), entry('more', MEGABYTE + 1)])
    const { data: one } = await bot.rest.repos.getContent({ ...AT, path: 'one' })
    expect(one).toMatchObject({ encoding: 'base64', size: MEGABYTE })
    const { data: more } = await bot.rest.repos.getContent({ ...AT, path: 'more' })
    expect(more).toMatchObject({ encoding: 'none', content: '', size: MEGABYTE + 1 })
    const raw = await bot.rest.repos.getContent({ ...AT, path: 'more', mediaType: { format: 'raw' } })
    expect(raw.data).toHaveLength(MEGABYTE + 1)
  })

  it('a file above 100 MB is refused, also as raw', async () => {
    const { bot, repository } = await gitArena()
    const content = Buffer.alloc(100 * MEGABYTE + 1)
    await commitOn(repository, 'main', [{ path: 'huge', mode: '100644', content }])
    const at = { ...AT, path: 'huge' }
    expect((await refusal(bot.rest.repos.getContent(at))).status).toBe(403)
    const raw = refusal(bot.rest.repos.getContent({ ...at, mediaType: { format: 'raw' } }))
    expect((await raw).status).toBe(403)
  })

  it('a symlink to a file of the repository answers with the file, any other describes itself', async () => {
    const { bot, repository } = await gitArena()
    const link = (path: string, content: string) => ({ path, mode: '120000', content })
    await commitOn(repository, 'main', [
      link('src/inside', '../README.md'),
      link('outside', '/etc/passwd'),
      { path: 'etc/passwd', mode: '100644', content: 'not this one' },
      link('above', '../secret'),
      link('round', 'round'),
    ])
    const { data: inside } = await bot.rest.repos.getContent({ ...AT, path: 'src/inside' })
    expect(inside).toMatchObject({ type: 'file' })
    expect(text(inside)).toBe('# widgets\n')
    for (const [path, target] of [
      ['outside', '/etc/passwd'],
      ['above', '../secret'],
      ['round', 'round'],
    ] as const) {
      const { data } = await bot.rest.repos.getContent({ ...AT, path })
      expect(data).toMatchObject({ type: 'symlink', target })
    }
    const raw = await bot.rest.repos.getContent({ ...AT, path: 'outside', mediaType: { format: 'raw' } })
    expect(raw.data).toBe('/etc/passwd')
  })

  it('a submodule names its repository, and in a list has type `file`', async () => {
    const { bot, repository } = await gitArena()
    const sha = await headOf(repository)
    const modules = '[submodule "lib"]\n\tpath = lib\n\turl = https://example.test/lib.git\n'
    await commitOn(repository, 'main', [
      { path: '.gitmodules', mode: '100644', content: modules },
      { path: 'lib', mode: '160000', type: 'commit', sha },
    ])
    const { data } = await bot.rest.repos.getContent({ ...AT, path: 'lib' })
    expect(data).toMatchObject({
      type: 'submodule',
      sha,
      submodule_git_url: 'https://example.test/lib.git',
      download_url: null,
    })
    const { data: root } = await bot.rest.repos.getContent({ ...AT, path: '' })
    const listed = root as { name: string; type: string }[]
    expect(listed.find(({ name }) => name === 'lib')?.type).toBe('file')
  })

  it('an unknown path, an unknown ref and an empty repository answer 404', async () => {
    const { bot, loopback } = await gitArena()
    await loopback.repository({ owner: 'acme', name: 'hollow' })
    for (const path of ['none', 'README.md/below', '../README.md']) {
      expect((await refusal(bot.rest.repos.getContent({ ...AT, path }))).status).toBe(404)
    }
    const ref = refusal(bot.rest.repos.getContent({ ...AT, path: 'README.md', ref: 'none' }))
    expect(await ref).toEqual({ status: 404, message: 'No commit found for the ref none' })
    const hollow = refusal(bot.rest.repos.getContent({ owner: 'acme', repo: 'hollow', path: '' }))
    expect(await hollow).toEqual({ status: 404, message: 'This repository is empty.' })
  })

  it('the README of `.github` comes before that of the root', async () => {
    const { bot, repository } = await gitArena()
    const { data: root } = await bot.rest.repos.getReadme(AT)
    expect(root.path).toBe('README.md')
    await commitOn(repository, 'main', { '.github/readme.md': 'hidden' })
    const { data: hidden } = await bot.rest.repos.getReadme(AT)
    expect(hidden.path).toBe('.github/readme.md')
    await commitOn(repository, 'main', { '.github/readme.md': null, 'README.md': null })
    expect((await refusal(bot.rest.repos.getReadme(AT))).status).toBe(404)
  })
})
