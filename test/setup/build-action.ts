// Owns building the Action: what `action/main.ts` needs, in files small enough to be kept in the repository.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const DIST = join(ROOT, 'action/dist')

/** A module of CommonJS asks for Node's own by `require`, which a module of ES has not. */
const BANNER =
  "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);"

/**
 * @actions/core brings a client for OIDC tokens, with undici below it. No job of ours has the right to such a token, and
 * what nobody calls is left out once it is known to do nothing by being loaded.
 */
const UNUSED: Plugin = {
  name: 'unused',
  setup(building) {
    building.onResolve({ filter: /^(@actions\/http-client|undici|tunnel|@actions\/exec)/ }, async (args) => {
      if (args.pluginData === UNUSED) return undefined
      const { path, resolveDir, importer, kind } = args
      const found = await building.resolve(path, { resolveDir, importer, kind, pluginData: UNUSED })
      return { ...found, sideEffects: false }
    })
  },
}

/** zod brings its messages in fifty languages; the house speaks one. */
const ONE_LANGUAGE: Plugin = {
  name: 'one-language',
  setup(building) {
    building.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

/** Name → bytes of every file of `action/dist`. The same sources always give the same bytes. */
export async function buildAction(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: 'action/main.ts' },
    outdir: 'action/dist',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // names stay: a stack trace is read by people
    minifySyntax: true,
    minifyWhitespace: true,
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: BANNER },
    // a linked node_modules would put paths of this machine into the bundle
    preserveSymlinks: true,
    plugins: [UNUSED, ONE_LANGUAGE],
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const files = new Map(outputFiles.map((file) => [file.path.slice(DIST.length + 1), file.contents]))
  // Read by address from beside the module that starts it.
  files.set('relay.mjs', await readFile(join(ROOT, 'src/adapters/sandbox/relay.mjs')))
  for (const name of ['default.yml', 'constitution.yml']) {
    files.set(`policies/${name}`, await readFile(join(ROOT, 'policies', name)))
  }
  files.set('licences.txt', Buffer.from(await licencesOf(metafile)))
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Each package that is in the bundle, with its licence as it came. */
async function licencesOf(metafile: Metafile): Promise<string> {
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const folders = new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  )
  const texts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const at = join(ROOT, folder)
      const { name, version, license } = JSON.parse(
        await readFile(join(at, 'package.json'), 'utf8'),
      ) as Record<string, string>
      const file = (await readdir(at)).find((one) => /^(licen[cs]e|copying)/i.test(one))
      const text =
        file === undefined
          ? `Licence: ${license ?? 'see the package'}`
          : await readFile(join(at, file), 'utf8')
      return `${name} ${version}\n\n${text.replaceAll('\r\n', '\n').trim()}\n`
    }),
  )
  return texts.join(`\n${'-'.repeat(72)}\n\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await buildAction()
  await rm(DIST, { recursive: true, force: true })
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(DIST, name)), { recursive: true })
    await writeFile(join(DIST, name), bytes)
  }
  const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  process.stdout.write(`action/dist: ${files.size} files, ${total} bytes\n`)
}
