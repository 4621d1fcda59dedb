// Owns .env.example: every variable of the App's environment, made from its schema.
import { Environment } from '../../app/settings.ts'
import { toJsonSchema } from './schemas.ts'

/** Variables that must be set stand open, the others are commented out at what holds without them. */
export function envExample(): string {
  const { properties = {}, required = [] } = toJsonSchema(Environment, { io: 'input' })
  const needed = new Set(required)
  const blocks = Object.entries(properties).map(([name, part]) => {
    const sample = Environment.shape[name as keyof typeof Environment.shape].meta()?.['sample']
    const value = part.default ?? sample
    const isOpen = needed.has(name) && name !== 'PRIVATE_KEY_PATH'
    return `# ${part.description ?? ''}\n${isOpen ? '' : '# '}${name}=${isOpen ? '' : String(value)}\n`
  })
  return `# Settings of the App, generated from app/settings.ts by \`npm run generate\`.
# With neither id, key nor secret, \`npm start\` registers the App and writes these into .env for you.

${blocks.join('\n')}`
}
