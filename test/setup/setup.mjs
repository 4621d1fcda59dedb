// Owns `npm run setup`: bubblewrap and git from Debian when they are missing, dependencies, and Node 24 through them.
// Runs on Node 20 before anything is installed, so it is plain JavaScript and imports only what Node brings.
import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Command → Debian package that brings it, and what is missing without it. */
const TOOLS = {
  bwrap: { package: 'bubblewrap', without: 'autopilot run exits with 5' },
  git: { package: 'git', without: 'nothing of Autopilot works' },
}
const OLDEST_NODE = [24, 10]

/**
 * How missing tools are had: a command to run, or a line for the person to type.
 * @param {{ missing: string[], uid: number, has: (command: string) => boolean, sudo: 'free' | 'asks' | 'no' }} machine
 * @returns {{ run?: string[][], say: string[] }}
 */
export function planTools({ missing, uid, has, sudo }) {
  if (missing.length === 0) return { say: [] }
  const packages = missing.map((tool) => TOOLS[tool].package)
  const line = `apt-get install -y ${packages.join(' ')}`
  const without = missing.map((tool) => `Without ${TOOLS[tool].package}, ${TOOLS[tool].without}.`)
  const names = packages.join(' and ')
  const verb = packages.length === 1 ? 'is' : 'are'
  if (!has('apt-get')) {
    const hint = `Install ${names} with the package manager of this system.`
    return { say: [`! ${names} ${verb} missing, and this system has no apt-get. ${hint}`, ...without] }
  }
  const by = uid === 0 ? [] : ['sudo', ...(sudo === 'free' ? ['-n'] : [])]
  if (uid !== 0 && sudo === 'no') {
    return { say: [`! ${names} ${verb} missing. Type: sudo ${line}`, ...without] }
  }
  const apt = [...by, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq']
  return {
    run: [
      [...apt, 'update'],
      [...apt, 'install', '-y', '--no-install-recommends', ...packages],
    ],
    say: [`${names} ${verb} missing: installing with apt-get ${uid === 0 ? 'as root' : 'through sudo'}.`],
  }
}

/** @param {string} text output of `node --version` */
export function isNewEnough(text) {
  const [major = 0, minor = 0] = text.trim().replace(/^v/, '').split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/** @param {string} command */
function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)))
}

/** @param {string[]} argv */
function run([command = '', ...args], quiet = false) {
  // stdin stays with the person only where a password may be asked for
  const stdin = command === 'sudo' && process.stdin.isTTY ? 'inherit' : 'ignore'
  const out = quiet ? 'pipe' : 'inherit'
  return spawnSync(command, args, { cwd: ROOT, stdio: [stdin, out, out], encoding: 'utf8' })
}

function sudoState() {
  if (!isOnPath('sudo')) return 'no'
  if (run(['sudo', '-n', 'true'], true).status === 0) return 'free'
  return process.stdin.isTTY ? 'asks' : 'no'
}

function setUpTools() {
  const missing = Object.keys(TOOLS).filter((tool) => !isOnPath(tool))
  const uid = process.getuid?.() ?? -1
  const sudo = missing.length === 0 || uid === 0 ? 'no' : sudoState()
  const plan = planTools({ missing, uid, has: isOnPath, sudo })
  for (const line of plan.say) console.log(line)
  const failed = (plan.run ?? []).some((argv) => run(argv).status !== 0)
  if (failed) {
    const packages = missing.map((tool) => TOOLS[tool].package).join(' ')
    console.log(`! apt-get failed. Type: sudo apt-get update && sudo apt-get install -y ${packages}`)
  }
}

/** Ubuntu 24.04 lets bubblewrap be installed and then forbids it to make a namespace. */
function probeSandbox() {
  if (!isOnPath('bwrap')) return
  const probe = run(['bwrap', '--unshare-all', '--unshare-user', '--ro-bind', '/', '/', 'true'], true)
  if (probe.status === 0) {
    console.log('✓ bubblewrap makes a sandbox')
    return
  }
  console.log(
    `! bubblewrap is here but makes no sandbox: ${(probe.stderr ?? '').trim() || 'no reason given'}`,
  )
  console.log('  On Ubuntu, type: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0')
}

function installDependencies() {
  // npm's own warnings about the older Node that runs it would only worry; errors still show
  const args = ['ci', '--loglevel=error']
  const own = process.env.npm_execpath
  const argv = own?.endsWith('.js') ? [process.execPath, own, ...args] : ['npm', ...args]
  console.log('Installing dependencies from package-lock.json: npm ci')
  const result = run(argv)
  if (result.error) console.log(`✗ npm could not be started: ${result.error.message}`)
  return result.status ?? 1
}

/** Node 24 comes through the lockfile; where it has no build for the platform, the person's own must do. */
function checkNode() {
  const bundled = join(ROOT, 'node_modules', '.bin', 'node')
  const found = existsSync(bundled) ? run([bundled, '--version'], true).stdout : process.version
  const from = existsSync(bundled) ? 'from node_modules' : 'your own'
  const version = (found ?? '').trim()
  if (isNewEnough(version)) {
    console.log(`✓ Node ${version}, ${from}`)
    return 0
  }
  console.log(
    `✗ Node ${version || 'unknown'}, ${from}; ${OLDEST_NODE.join('.')} or later is needed. Install it, then type: npm run setup`,
  )
  return 1
}

function main() {
  setUpTools()
  const installed = installDependencies()
  if (installed !== 0) {
    console.log('✗ npm ci failed; its message is above. Type: npm run setup')
    return installed
  }
  const node = checkNode()
  if (node !== 0) return node
  probeSandbox()
  console.log('Next, type: npm run demo   or: npm test')
  return 0
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = main()
}
