// Owns that a push by plain git moves pull requests and is told as any other.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { git, person, temporaryFolder, writeFiles } from './git/fixture.ts'
import { at, openAcme } from './pulls-fixture.ts'

it('a push by git moves the pull request and sends synchronize; one to a protected branch is refused', async () => {
  const acme = await openAcme()
  const { number } = await acme.propose()
  const { token, account } = acme.loopback.user('dan')
  acme.repository.collaborators.set(account.id, 'write')
  const folder = await temporaryFolder()
  const address = `${acme.loopback.origin.replace('//', `//dan:${token}@`)}/acme/widgets.git`
  await git(folder, 'clone', '--quiet', '--branch', 'feature', address, 'clone')
  const clone = join(folder, 'clone')
  await writeFiles(clone, { 'CHANGELOG.md': '- more\n' })
  await git(clone, 'add', '--all')
  await git(clone, '-c', 'user.email=dan@example.test', 'commit', '--quiet', '--message', 'More')
  await git(clone, 'push', '--quiet', 'origin', 'feature')
  const sha = await git(clone, 'rev-parse', 'HEAD')
  const [moved] = await acme.told('pull_request', 'synchronize')
  expect([moved.number, moved.after, moved.sender.login]).toEqual([number, sha, 'dan'])
  const [push] = (await acme.told('push')).slice(-1)
  expect([push.after, push.commits[0].added]).toEqual([sha, ['CHANGELOG.md']])
  await acme.ana.rest.repos.updateBranchProtection({
    ...at,
    branch: 'main',
    required_status_checks: null,
    enforce_admins: true,
    required_pull_request_reviews: {},
    restrictions: null,
  })
  const refused = await person(clone, 'push', 'origin', 'feature:main')
  expect(refused.code).not.toBe(0)
  expect(refused.err).toContain('GH006')
})
