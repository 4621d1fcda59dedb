// Owns which page answers which address.
import type { ServerResponse } from 'node:http'
import type { Forge } from '../forge.ts'
import type { Oracle } from '../openapi/oracle.ts'
import type { Route } from '../server/server.ts'
import type { Repository } from '../world/repository.ts'
import { repositoryNamed } from '../world/world.ts'
import { actionsPage, runPage } from './actions-pages.ts'
import { checkRunPage, checksPage } from './checks-page.ts'
import { filesPage } from './files-page.ts'
import { issuePage } from './issue-page.ts'
import type { Page } from './layout.ts'
import { addressOf, document, notFoundPage } from './layout.ts'
import type { PullFacts } from './pull-facts.ts'
import { pullFacts } from './pull-facts.ts'
import { conversationPage } from './pull-page.ts'
import { repositoriesPage, repositoryPage } from './repository-pages.ts'

/** A page, or the address of one. */
type Answer = Page | { readonly to: string } | undefined

interface Place {
  readonly pattern: RegExp
  /** `numbers` are those of the pattern; undefined is a page not found */
  readonly page: (
    forge: Forge,
    repository: Repository,
    numbers: readonly number[],
  ) => Answer | Promise<Answer>
}

function pullPlace(pattern: RegExp, page: (forge: Forge, facts: PullFacts) => Page | Promise<Page>): Place {
  return {
    pattern,
    async page(forge, repository, [number = 0]) {
      const [issue, pull] = [repository.issues.get(number), repository.pulls.get(number)]
      if (issue === undefined) return undefined
      if (pull === undefined) return { to: `${addressOf(repository)}/issues/${number}` }
      return page(forge, await pullFacts(repository, issue, pull))
    },
  }
}

const PLACES: readonly Place[] = [
  { pattern: /^$/, page: (_, repository) => repositoryPage(repository) },
  { pattern: /^\/issues$/, page: (_, repository) => ({ to: `${addressOf(repository)}#issues` }) },
  { pattern: /^\/pulls$/, page: (_, repository) => ({ to: `${addressOf(repository)}#pulls` }) },
  {
    pattern: /^\/issues\/(\d+)$/,
    page(_, repository, [number = 0]) {
      if (repository.pulls.has(number)) return { to: `${addressOf(repository)}/pull/${number}` }
      const issue = repository.issues.get(number)
      return issue === undefined ? undefined : issuePage(repository, issue)
    },
  },
  pullPlace(/^\/pull\/(\d+)$/, conversationPage),
  pullPlace(/^\/pull\/(\d+)\/checks$/, (_, facts) => checksPage(facts)),
  pullPlace(/^\/pull\/(\d+)\/files$/, (_, facts) => filesPage(facts)),
  {
    pattern: /^\/runs\/(\d+)$/,
    page(_, repository, [id = 0]) {
      const run = repository.checkRuns.get(id)
      return run === undefined ? undefined : checkRunPage(repository, run)
    },
  },
  { pattern: /^\/actions$/, page: (_, repository) => actionsPage(repository) },
  {
    pattern: /^\/actions\/runs\/(\d+)(?:\/attempts\/(\d+))?$/,
    page(_, repository, [id = 0, attempt]) {
      const run = repository.runs.get(id)
      return run === undefined ? undefined : runPage(repository, run, attempt)
    },
  },
  {
    pattern: /^\/actions\/runs\/(\d+)\/job\/(\d+)$/,
    page: (_, repository, [id = 0, job = 0]) => ({
      to: `${addressOf(repository)}/actions/runs/${id}#job-${job}`,
    }),
  },
]

interface Asked {
  readonly owner: string
  readonly name: string
  readonly place: Place
  readonly numbers: readonly number[]
}

function askedOf(path: string): Asked | undefined {
  const [, owner = '', name = '', rest = ''] = /^\/([\w.-]+)\/([\w.-]+)(\/.*)?$/.exec(path) ?? []
  // `/api/graphql` is no repository, and names that end in .git are for git
  if (owner === '' || owner === 'api' || name.endsWith('.git')) return undefined
  for (const place of PLACES) {
    const found = place.pattern.exec(rest)
    if (found === null) continue
    const numbers = found
      .slice(1)
      .flatMap((text: string | undefined) => (text === undefined ? [] : Number(text)))
    return { owner, name, place, numbers }
  }
  return undefined
}

/** Nobody signs in here: pages show private repositories too, for this server listens on 127.0.0.1 only. */
async function answerFor(forge: Forge, path: string): Promise<Exclude<Answer, undefined>> {
  const asked = askedOf(path)
  if (asked === undefined) return repositoriesPage([...forge.world.repositories.values()])
  const { owner, name, place, numbers } = asked
  const found = repositoryNamed(forge.world, owner, name)
  if (found === undefined) return notFoundPage(`There is no repository ${owner}/${name}.`)
  if (found.moved) return { to: path.replace(`/${owner}/${name}`, addressOf(found.repository)) }
  return (await place.page(forge, found.repository, numbers)) ?? notFoundPage(`${path} is not there.`)
}

/** No script runs and nothing is loaded, whatever somebody wrote. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

function send(response: ServerResponse, answer: Exclude<Answer, undefined>, withBody: boolean): void {
  if ('to' in answer) {
    response.writeHead(302, { location: answer.to }).end()
    return
  }
  const bytes = Buffer.from(document(answer))
  response.writeHead(answer.status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': bytes.length,
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
  })
  response.end(withBody ? bytes : undefined)
}

/** Comes after the API and git: `/{owner}/{repo}` would match other addresses too. */
export function pagesRoute(forge: Forge, oracle: Pick<Oracle, 'exempt'>): Route {
  return {
    matches: (path) => path === '/' || askedOf(path) !== undefined,
    async handle(request, response, url) {
      oracle.exempt('page')
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD' }).end()
        return
      }
      send(response, await answerFor(forge, url.pathname), request.method === 'GET')
    },
  }
}
