// Owns the relay inside a sandbox: loopback ports there, unix sockets of the host behind them, and the command between.
//
//   node relay.mjs 3128=/run/egress.sock [8080=/run/gateway.sock …] -- command arguments…
//
// It knows nothing of what it carries, so the same relay serves the package proxy and a model gateway.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import net from 'node:net'

const words = process.argv.slice(2)
const cut = words.indexOf('--')
const [file, ...args] = words.slice(cut + 1)

for (const pair of words.slice(0, cut)) {
  const at = pair.indexOf('=')
  await listen(Number(pair.slice(0, at)), pair.slice(at + 1))
}

const child = spawn(file, args, { stdio: 'inherit' })
child.on('error', (error) => {
  process.stderr.write(`relay: cannot start ${file}: ${error.message}\n`)
  process.exit(127)
})
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))

/** @param {number} port @param {string} socket */
function listen(port, socket) {
  const server = net.createServer({ allowHalfOpen: true }, (inner) => {
    const outer = net.createConnection({ path: socket, allowHalfOpen: true })
    inner.on('error', () => outer.destroy())
    outer.on('error', () => inner.destroy())
    inner.pipe(outer)
    outer.pipe(inner)
  })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
