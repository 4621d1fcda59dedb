// Owns the proof of what too many bad credentials do to good ones.
import { expect, it } from 'vitest'
import { at, furnished } from './fixture.ts'
import { MOST_BAD } from './gate.ts'

it('after many requests with invalid credentials within a minute, valid ones are answered 403 until it is over', async () => {
  const { ana, loopback, octokit } = await furnished()
  const status = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    return (await fetch(`${loopback.api}/repos/acme/widgets/issues`, { headers })).status
  }
  const good = `Bearer ${ana.token}`
  for (let sent = 1; sent < MOST_BAD; sent += 1) await status('Bearer ghp_wrong')
  expect([await status(good), await status('Bearer ghp_wrong')]).toEqual([200, 401])
  expect([await status(good), await status('Bearer ghp_wrong'), await status()]).toEqual([403, 403, 200])
  const asked = octokit(ana.token).graphql('{ viewer { login } }')
  await expect(asked).rejects.toMatchObject({ status: 403 })
  loopback.forge.clock.advance(60_000)
  expect((await octokit(ana.token).rest.issues.listForRepo(at)).status).toBe(200)
})
