// Owns what is shown of who is asking: JSON web tokens, installation tokens, and what each may see.
import { createHmac, createPrivateKey, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { at, furnished } from './fixture.ts'

const HOUR = 3_600_000
const refused = (status: number) => ({ status })

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function jwtOf(privateKey: string, claims: object, header: object = { alg: 'RS256', typ: 'JWT' }): string {
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), createPrivateKey(privateKey)).toString('base64url')}`
}

describe("an App's JSON web token", () => {
  async function asking() {
    const all = await furnished()
    const now = Math.floor(all.loopback.forge.clock.now() / 1000)
    const { app, privateKey } = all.tool
    const good = { iss: app.id, iat: now - 10, exp: now + 500 }
    const status = async (jwt: string) => {
      const response = await fetch(`${all.loopback.api}/app`, { headers: { authorization: `Bearer ${jwt}` } })
      return response.status
    }
    return { ...all, now, app, privateKey, good, status }
  }

  it("`iss` may be the App's numeric id or its client id", async () => {
    const { status, good, privateKey, app } = await asking()
    for (const iss of [app.id, String(app.id), app.clientId]) {
      expect(await status(jwtOf(privateKey, { ...good, iss }))).toBe(200)
    }
    expect(await status(jwtOf(privateKey, { ...good, iss: 1 }))).toBe(401)
  })

  it('a JWT that is not signed by RS256 with a key of the App that `iss` names answers 401', async () => {
    const { status, good, privateKey, app } = await asking()
    const none = `${part({ alg: 'none' })}.${part(good)}.`
    const unsigned = `${part({ alg: 'RS256' })}.${part(good)}.`
    const text = `${part({ alg: 'HS256' })}.${part(good)}`
    const pem = app.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const confused = `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`
    const wrongName = jwtOf(privateKey, good, { alg: 'HS256' })
    const changed = jwtOf(privateKey, good).replace(/\.[^.]+\./, `.${part({ ...good, iat: good.iat - 1 })}.`)
    for (const jwt of [none, unsigned, confused, wrongName, changed, 'a.b.c', '..']) {
      expect([jwt.slice(0, 40), await status(jwt)]).toEqual([jwt.slice(0, 40), 401])
    }
  })

  it("a JWT whose `exp` lies more than 10 minutes after the server's time, or in the past, answers 401", async () => {
    const { status, good, privateKey, now, loopback } = await asking()
    expect(await status(jwtOf(privateKey, { ...good, exp: now + 660 }))).toBe(401)
    expect(await status(jwtOf(privateKey, { ...good, exp: now - 1 }))).toBe(401)
    expect(await status(jwtOf(privateKey, { ...good, exp: String(now + 60) }))).toBe(401)
    const jwt = jwtOf(privateKey, good)
    expect(await status(jwt)).toBe(200)
    loopback.forge.clock.advance(500_000)
    expect(await status(jwt)).toBe(401)
  })

  it('a JWT whose `iat` lies in the future answers 401: there is no grace for a client whose clock runs ahead', async () => {
    const { status, good, privateKey, now } = await asking()
    expect(await status(jwtOf(privateKey, { ...good, iat: now + 30 }))).toBe(401)
    const { iat: _, ...without } = good
    expect(await status(jwtOf(privateKey, without))).toBe(401)
  })

  it("Octokit finds the server's time in the `date` header when its own clock is wrong", async () => {
    const { tool, loopback } = await furnished()
    loopback.forge.clock.advance(-2 * HOUR)
    expect((await tool.jwt.rest.apps.getAuthenticated()).status).toBe(200)
  })

  it('an operation that needs the JWT answers 401 to an installation token, and one that needs an installation token answers 401 to a JWT', async () => {
    const { tool, token, octokit, loopback, privateKey, good } = await asking()
    const bot = octokit(await token())
    await expect(bot.rest.apps.getAuthenticated()).rejects.toMatchObject(refused(401))
    await expect(
      bot.rest.apps.createInstallationAccessToken({ installation_id: tool.installation.id }),
    ).rejects.toMatchObject(refused(401))
    for (const path of ['/repos/acme/widgets', '/repos/acme/secret', '/installation/repositories', '/user']) {
      const authorization = `Bearer ${jwtOf(privateKey, good)}`
      const { status } = await fetch(`${loopback.api}${path}`, { headers: { authorization } })
      expect([path, status]).toEqual([path, 401])
    }
  })
})

describe('installation tokens', () => {
  it('a request with a token that is malformed or unknown answers 401, also where the operation needs no token', async () => {
    const { loopback } = await furnished()
    for (const authorization of ['Bearer ghs_no', 'token ', 'Digest abc', 'Basic !!!', 'x']) {
      const response = await fetch(`${loopback.api}/meta`, { headers: { authorization } })
      const { message } = (await response.json()) as { message: string }
      expect([authorization, response.status, message]).toEqual([authorization, 401, 'Bad credentials'])
    }
    expect((await fetch(`${loopback.api}/meta`)).status).toBe(200)
  })

  it('a token works as `Bearer`, as `token`, and as the password of `Basic`, in any case', async () => {
    const { loopback, token } = await furnished()
    const text = await token()
    const basic = Buffer.from(`x-access-token:${text}`).toString('base64')
    for (const authorization of [`Bearer ${text}`, `TOKEN ${text}`, `basic ${basic}`]) {
      const response = await fetch(`${loopback.api}/installation/repositories`, {
        headers: { authorization },
      })
      expect([authorization.slice(0, 6), response.status]).toEqual([authorization.slice(0, 6), 200])
    }
  })

  it('an installation token is longer than 40 characters, begins with `ghs_`, and answers 401 from one hour after it was made', async () => {
    const { loopback, token, octokit } = await furnished()
    const text = await token()
    expect([text.startsWith('ghs_'), text.length > 40]).toEqual([true, true])
    const bot = octokit(text)
    loopback.forge.clock.advance(HOUR - 5000)
    expect((await bot.rest.issues.listForRepo(at)).status).toBe(200)
    loopback.forge.clock.advance(5000)
    await expect(bot.rest.issues.listForRepo(at)).rejects.toMatchObject(refused(401))
  })

  it('a revoked installation token answers 401 to the next request; the revocation answers 204', async () => {
    const { token, octokit } = await furnished()
    const [bot, other] = [octokit(await token()), octokit(await token())]
    expect((await bot.rest.apps.revokeInstallationAccessToken()).status).toBe(204)
    await expect(bot.rest.issues.listForRepo(at)).rejects.toMatchObject(refused(401))
    expect((await other.rest.issues.listForRepo(at)).status).toBe(200)
  })

  it('a token narrowed by `permissions` is refused what it left out, although the App has it', async () => {
    const { token, octokit } = await furnished()
    const bot = octokit(await token({ permissions: { issues: 'read' } }))
    expect((await bot.rest.issues.listForRepo(at)).status).toBe(200)
    await expect(bot.rest.issues.create({ ...at, title: 'No' })).rejects.toMatchObject(refused(403))
    await expect(bot.rest.repos.getContent({ ...at, path: 'README.md' })).rejects.toMatchObject(refused(403))
  })

  it('a token narrowed by `repositories` or `repository_ids` sees no other repository of the installation: 404', async () => {
    const { token, octokit, loopback, tool, secret } = await furnished()
    tool.installation.repositories = 'all'
    const other = { owner: 'acme', repo: 'secret' }
    expect((await octokit(await token()).rest.issues.listForRepo(other)).status).toBe(200)
    const ids = [...loopback.forge.world.repositories.values()].filter(({ id }) => id !== secret.id)
    for (const narrow of [{ repositories: ['widgets'] }, { repository_ids: ids.map(({ id }) => id) }]) {
      const bot = octokit(await token(narrow))
      expect((await bot.rest.issues.listForRepo(at)).status).toBe(200)
      await expect(bot.rest.issues.listForRepo(other)).rejects.toMatchObject(refused(404))
      await expect(bot.rest.issues.create({ ...other, title: 'No' })).rejects.toMatchObject(refused(404))
    }
  })

  it('more than 500 repositories in a request for a token, and one that the installation does not have, answer 422', async () => {
    const { token } = await furnished()
    const repository_ids = Array.from({ length: 501 }, (_, index) => index + 1)
    await expect(token({ repository_ids })).rejects.toMatchObject(refused(422))
    await expect(token({ repositories: ['secret'] })).rejects.toMatchObject(refused(422))
    await expect(token({ permissions: { issues: 'read', checks: 'read' } })).rejects.toMatchObject(
      refused(422),
    )
  })

  it('while an installation is suspended no token is made for it, and the tokens it has are refused', async () => {
    const { token, tool, octokit } = await furnished()
    const bot = octokit(await token())
    const installation_id = tool.installation.id
    await tool.jwt.rest.apps.suspendInstallation({ installation_id })
    await expect(bot.rest.issues.listForRepo(at)).rejects.toMatchObject(refused(403))
    await expect(token()).rejects.toMatchObject(refused(403))
    await tool.jwt.rest.apps.unsuspendInstallation({ installation_id })
    expect((await bot.rest.issues.listForRepo(at)).status).toBe(200)
  })

  it('uninstalling makes the installation and its tokens answer 404 and 401', async () => {
    const { token, tool, octokit, heard } = await furnished()
    const bot = octokit(await token())
    const installation_id = tool.installation.id
    await tool.jwt.rest.apps.deleteInstallation({ installation_id })
    await expect(bot.rest.issues.listForRepo(at)).rejects.toMatchObject(refused(401))
    await expect(tool.jwt.rest.apps.getInstallation({ installation_id })).rejects.toMatchObject(refused(404))
    await expect(token()).rejects.toMatchObject(refused(404))
    expect(await heard()).toContain('installation.deleted')
  })
})

describe('what may be seen', () => {
  it('a private repository that the token cannot see answers 404, never 403, for reads and for writes', async () => {
    const { token, octokit, loopback } = await furnished()
    const other = { owner: 'acme', repo: 'secret' }
    for (const client of [octokit(await token()), octokit(loopback.user('eve').token), octokit()]) {
      await expect(client.rest.repos.get(other)).rejects.toMatchObject(refused(404))
      await expect(client.rest.issues.create({ ...other, title: 'No' })).rejects.toMatchObject(refused(404))
    }
  })

  it('a public repository that is not selected can be read and not written', async () => {
    const { token, octokit, loopback } = await furnished()
    await loopback.repository({ owner: 'acme', name: 'open', files: { 'README.md': '#' } })
    const bot = octokit(await token())
    const other = { owner: 'acme', repo: 'open' }
    expect((await bot.rest.repos.get(other)).status).toBe(200)
    await expect(bot.rest.issues.create({ ...other, title: 'No' })).rejects.toMatchObject(refused(403))
  })

  it('an archived repository refuses every write with 403 and stays readable', async () => {
    const { ana, token, octokit, repository } = await furnished()
    repository.archived = true
    for (const client of [ana.client, octokit(await token())]) {
      expect((await client.rest.issues.listForRepo(at)).status).toBe(200)
      await expect(client.rest.issues.create({ ...at, title: 'No' })).rejects.toMatchObject(refused(403))
    }
  })

  it('a refusal for a missing permission names what would be accepted', async () => {
    const { token, octokit } = await furnished()
    const bot = octokit(await token({ permissions: { issues: 'read' } }))
    const call = bot.rest.repos.getContent({ ...at, path: 'README.md' })
    await expect(call).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('Resource not accessible by integration'),
      response: { headers: { 'x-accepted-github-permissions': 'contents=read' } },
    })
  })
})
