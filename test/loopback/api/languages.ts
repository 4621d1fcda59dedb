// Owns the languages of a repository: bytes of its files by their endings, on the default branch.
import type { Operations } from '../server/call.ts'
import { ok } from '../server/call.ts'

/** A few endings, as linguist names their languages; other files are no code. */
const LANGUAGES: Readonly<Record<string, string>> = {
  c: 'C',
  css: 'CSS',
  go: 'Go',
  html: 'HTML',
  java: 'Java',
  js: 'JavaScript',
  cjs: 'JavaScript',
  mjs: 'JavaScript',
  jsx: 'JavaScript',
  py: 'Python',
  rb: 'Ruby',
  rs: 'Rust',
  sh: 'Shell',
  ts: 'TypeScript',
  tsx: 'TypeScript',
}

export const languageOperations: Operations = {
  'repos/list-languages': async (call) => {
    const { defaultBranch, git } = call.repository
    const tree = await git.tree(`refs/heads/${defaultBranch}`, { recursive: true })
    const bytes = new Map<string, number>()
    for (const { type, path, size = 0 } of tree?.entries ?? []) {
      const language = type === 'blob' ? LANGUAGES[/\.(\w+)$/.exec(path)?.[1] ?? ''] : undefined
      if (language !== undefined) bytes.set(language, (bytes.get(language) ?? 0) + size)
    }
    return ok(Object.fromEntries([...bytes].toSorted(([, a], [, b]) => b - a)))
  },
}
