// Owns a host in a process of its own, for tests that take something away from it: prints what openSandbox answered.
import { mkdtemp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openSandbox } from '../../../src/adapters/sandbox/open-sandbox.ts'
import { clock, npmPath } from './arena.ts'
import { makeRepository, makeWorkTrees } from './git-work-trees.ts'

const [scratch = '', command] = process.argv.slice(2)
const folder = await mkdtemp(join(dirname(scratch), 'host-'))
const { gitDir, base } = await makeRepository(join(folder, 'repository'), { 'README.md': 'hello\n' })
const git = makeWorkTrees(gitDir, folder)
const sandbox = await openSandbox({ git, clock, nodePath: process.execPath, npmPath, scratch })
if ('problem' in sandbox) console.log(JSON.stringify(sandbox.problem))
else if (command !== undefined) {
  const workspace = await sandbox.workspace({ base, purpose: 'to be killed' })
  await workspace.exec({ argv: ['sh', '-c', command], env: {}, egress: 'none' }).result
}
