// Owns the short form of pull requests that check runs, check suites and workflow runs list.
import type { Forge } from '../forge.ts'
import type { Repository } from '../world/repository.ts'
import { repositoryUrl } from './repository.ts'

/**
 * GitHub's `pull-request-minimal` of the open pull requests whose head is that commit of the repository itself.
 * Source: docs.github.com, "REST API endpoints for check runs": for pushes to a fork the list is empty.
 */
export async function pullsOfHead(forge: Forge, repository: Repository, sha: string) {
  const url = repositoryUrl(forge, repository)
  const repo = { id: repository.id, url, name: repository.name }
  const found = []
  for (const pull of repository.pulls.values()) {
    const issue = repository.issues.get(pull.number)
    if (issue?.state !== 'open' || pull.headRepository?.id !== repository.id) continue
    const head = await repository.git.ref(`refs/pull/${pull.number}/head`)
    if (head?.sha !== sha) continue
    const base = await repository.git.ref(`refs/heads/${pull.baseRef}`)
    found.push({
      id: pull.id,
      number: pull.number,
      url: `${url}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha, repo },
      base: { ref: pull.baseRef, sha: base?.sha ?? sha, repo },
    })
  }
  return found
}
