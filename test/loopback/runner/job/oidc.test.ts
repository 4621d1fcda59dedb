// Owns the proof that a job gets no token for other clouds.
import { expect, test } from 'vitest'
import { makeMemoryForge } from '../memory-host.ts'

test('a job has no address for OIDC tokens, with `id-token: write` or without', async () => {
  for (const more of ['', '    permissions: { id-token: write }\n']) {
    const seen = await makeMemoryForge().play(
      `on: push\njobs:\n  a:\n    runs-on: x\n${more}    steps: [{ run: env | grep ID_TOKEN || echo none }]\n`,
    )
    expect(seen.log('a').split('\n')).toContain('none')
  }
})
