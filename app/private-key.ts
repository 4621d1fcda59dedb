// Owns finding the App's private key: in the environment or in a file, as PEM.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'

type Found = { pem: string } | { name: 'PRIVATE_KEY' | 'PRIVATE_KEY_PATH'; problem: string }

/** The problem is half a sentence that follows the variable's name. */
export function findPrivateKey(env: Readonly<Record<string, string | undefined>>): Found {
  const { PRIVATE_KEY: text, PRIVATE_KEY_PATH: path } = env
  if (path === undefined) return check('PRIVATE_KEY', text ?? '')
  if (text !== undefined)
    return { name: 'PRIVATE_KEY_PATH', problem: 'is set beside PRIVATE_KEY; only one may be' }
  try {
    return check('PRIVATE_KEY_PATH', readFileSync(path, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return { name: 'PRIVATE_KEY_PATH', problem: `names a file that cannot be read (${code})` }
  }
}

function check(name: 'PRIVATE_KEY' | 'PRIVATE_KEY_PATH', text: string): Found {
  const plain = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8')
  const pem = plain.replaceAll(String.raw`\n`, '\n')
  try {
    // GitHub signs with RSA alone: docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App"
    if (createPrivateKey(pem).asymmetricKeyType === 'rsa') return { pem }
    return { name, problem: 'is no RSA key' }
  } catch {
    return { name, problem: 'is no private key in PEM' }
  }
}
