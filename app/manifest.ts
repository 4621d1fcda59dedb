// Owns app.yml: the App as GitHub is asked to register it.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { parseStrictYaml, renderYamlProblem } from '../src/contracts/strict-yaml.ts'
import { WEBHOOK_PATH } from './webhook.ts'

export const Manifest = z.strictObject({
  name: z.string().min(1).max(34),
  description: z.string().min(1),
  public: z.boolean(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()).min(1),
})
export type Manifest = z.infer<typeof Manifest>

/** Throws: app.yml is part of this repository, so that a wrong one is a bug. */
export function readManifest(file = new URL('../app.yml', import.meta.url)): Manifest {
  const parsed = parseStrictYaml(Manifest, readFileSync(file, 'utf8'), 'app.yml', 'key of the manifest')
  if (!parsed.ok) throw new Error(parsed.problems.map(renderYamlProblem).join('\n'))
  return parsed.value
}

/** What is posted to GitHub. `address` is where GitHub reaches the server, `back` where the person is sent then. */
export function manifestFor(manifest: Manifest, address: string, back: string): string {
  return JSON.stringify({
    ...manifest,
    url: address,
    hook_attributes: { url: `${address}${WEBHOOK_PATH}`, active: true },
    redirect_url: back,
  })
}
