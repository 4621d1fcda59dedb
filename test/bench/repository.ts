// Owns generated repositories of a chosen size: real git, made through fast-import.
import { mkdir } from 'node:fs/promises'
import { execa } from 'execa'

/** `files` source files in folders of 100, a manifest and tests; nothing is checked out. Returns its path. */
export async function makeRepository(folder: string, files: number): Promise<string> {
  await mkdir(folder, { recursive: true })
  const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const git = execa({ cwd: folder, env, extendEnv: false })
  await git('git', ['init', '--quiet', '--initial-branch=main'])
  const manifest = JSON.stringify({ name: 'generated', version: '1.0.0', scripts: { test: 'node --test' } })
  const parts = [
    'commit refs/heads/main\ncommitter Bench <bench@localhost> 1600000000 +0000\ndata 4\nbase\n',
    entry('package.json', manifest),
    entry('README.md', '# Generated\n'),
  ]
  for (let n = 0; n < files; n += 1) {
    const path = `src/part${Math.floor(n / 100)}/module${n}.js`
    parts.push(entry(path, `export function compute${n}(value) {\n  return value + ${n}\n}\n`))
    if (n % 10 === 0) parts.push(entry(`test/module${n}.test.js`, `import '../${path}'\n`))
  }
  await git({ input: parts.join('') })('git', ['fast-import', '--quiet'])
  // The index and the working files have to agree with HEAD, else the tree is dirty.
  await git('git', ['reset', '--quiet', '--hard'])
  return folder
}

function entry(path: string, text: string): string {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`
}
