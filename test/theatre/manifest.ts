// Owns what `app.yml` asks for, as the loopback GitHub is told when an App is registered there.
import { readFile } from 'node:fs/promises'
import { load } from 'js-yaml'
import { z } from 'zod'

const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
})

export async function readManifest(): Promise<{
  permissions: Record<string, 'read' | 'write'>
  events: string[]
}> {
  const text = await readFile(new URL('../../app.yml', import.meta.url), 'utf8')
  const { default_permissions, default_events } = Manifest.parse(load(text))
  return { permissions: default_permissions, events: default_events }
}
