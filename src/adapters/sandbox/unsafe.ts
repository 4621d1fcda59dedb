// Owns level none: no isolation at all, only by explicit request, without any secret, never on the way to a merge.
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandSpec, ExecLimits } from '../../ports.ts'
import { findTool, removeTree, runTool } from './host-tool.ts'
import { baseEnv, egressEnv, INSIDE } from './isolation.ts'
import type { Box, Isolation } from './isolation.ts'
import type { Launch } from './process.ts'
import type { Scratch } from './scratch.ts'

/**
 * Commands name `/repo`, `/out` and the like; here these become folders of the host. Killing reaches the process group
 * only: a daemon that leaves it stays.
 */
export async function makeUnsafe(x: { scratch: Scratch; isRoot: boolean }): Promise<Isolation> {
  const bin = join(x.scratch.root, 'tools/bin')
  await mkdir(bin, { recursive: true })
  await symlink(x.scratch.node, join(bin, 'node'))
  for (const name of ['npm', 'npx']) {
    await symlink(join(x.scratch.npm, `bin/${name}-cli.js`), join(bin, name))
  }
  const prlimit = findTool('prlimit')
  return {
    level: 'none',
    limitsBy: 'none',
    cgroups: undefined,
    launch(box, command, limits): Launch {
      const places: Readonly<Record<string, string>> = {
        [INSIDE.repo]: box.repo,
        [INSIDE.out]: box.out,
        [INSIDE.npmCache]: box.npmCache?.source ?? INSIDE.npmCache,
        [INSIDE.ca]: join(x.scratch.etc, 'ssl/host-ca.pem'),
        [INSIDE.npmrc]: join(x.scratch.etc, 'npmrc'),
      }
      const [file = '', ...args] = command.argv.map((word) => translate(word, places))
      const rlimits = prlimit === undefined ? undefined : limitWords(limits)
      return {
        file: rlimits === undefined ? file : (prlimit as string),
        args: rlimits === undefined ? args : [...rlimits, file, ...args],
        env: environment(x.scratch, bin, box, command, places),
        cwd: command.cwd ? join(box.repo, command.cwd) : box.repo,
        informs: false,
        group: true,
      }
    },
    rename(box, report) {
      // latin1 keeps every byte, whatever the report is written in
      const text = Buffer.from(report).toString('latin1')
      const inside = text.replaceAll(box.repo, INSIDE.repo).replaceAll(box.out, INSIDE.out)
      return Buffer.from(inside, 'latin1')
    },
    async place(box) {
      for (const name of ['home', 'tmp']) await mkdir(join(box.folder, name), { recursive: true })
      for (const { path, source } of box.dependencies) {
        await runTool('mkdir', ['-p', '--', join(box.repo, path)])
        // a copy: nothing holds a command back from changing what it was given
        await runTool('cp', ['-a', '--reflink=auto', '-T', '--', source, join(box.repo, path)])
        await runTool('chmod', ['-R', 'u+w', '--', join(box.repo, path)])
      }
    },
    async unplace(box) {
      for (const { path } of box.dependencies) await removeTree(join(box.repo, path), x.isRoot)
    },
  }
}

function limitWords(limits: ExecLimits): readonly string[] {
  return [
    `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 5}`,
    `--fsize=${limits.fileBytes}`,
    '--core=0',
    '--',
  ]
}

function environment(
  scratch: Scratch,
  bin: string,
  box: Box,
  command: CommandSpec,
  places: Readonly<Record<string, string>>,
): Record<string, string> {
  const egress =
    box.port === undefined ? {} : egressEnv(box.port, { ca: scratch.hasCa, npmrc: scratch.hasNpmrc })
  const all = { ...command.env, ...egress, ...baseEnv(box) }
  return {
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [name, translate(value, places)])),
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: join(box.folder, 'home'),
    TMPDIR: join(box.folder, 'tmp'),
    npm_config_logs_dir: join(box.folder, 'tmp/npm-logs'),
  }
}

/** Whole paths only: `/out/x` and `--dir=/out`, not `/outer` or `./out`. */
function translate(text: string, places: Readonly<Record<string, string>>): string {
  return text.replaceAll(/(?<![\w./-])\/[\w./-]+/g, (path) => {
    const place = Object.keys(places).find((inside) => path === inside || path.startsWith(`${inside}/`))
    return place === undefined ? path : `${places[place]}${path.slice(place.length)}`
  })
}
