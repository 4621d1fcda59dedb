// Owns the artifacts of runs: stored whole, one of a name in a run, gone after their days.
import { createHash } from 'node:crypto'
import type { Forge } from '../forge.ts'
import type { ArtifactQuery, ArtifactStore, StoredArtifact } from '../runner/host.ts'
import { ApiError } from '../server/api-error.ts'
import { actorOfToken } from '../server/authenticate.ts'
import type { Repository } from '../world/repository.ts'
import { mayRead, tokenAllows, tokenCovers } from '../world/roles.ts'
import type { Artifact } from '../world/runs.ts'
import { repositoryNamed } from '../world/world.ts'

const DAY = 24 * 3_600_000
/** Source: docs.github.com, "Managing GitHub Actions settings for a repository": 90 days, and at most 90 in public ones. */
export const RETENTION_DAYS = 90

/** Marks what has had its days; it stays listed. */
export function expireArtifacts({ clock }: Pick<Forge, 'clock'>, repository: Repository): void {
  for (const artifact of repository.artifacts.values()) {
    if (artifact.expiresAt <= clock.now()) artifact.expired = true
  }
}

const stored = ({ id, name, bytes, digest }: Artifact): StoredArtifact => ({
  id,
  name,
  size: bytes.length,
  digest,
})

/** @throws {Error} whose sentence the step shows */
function readable(forge: Forge, { repository: name, run, token }: ArtifactQuery): Repository {
  const [owner = '', short = ''] = name.split('/')
  const repository = repositoryNamed(forge.world, owner, short)?.repository
  if (token === undefined) {
    if (repository?.runs.has(run) === true) return repository
    throw new Error('Unable to list artifacts: Not Found')
  }
  try {
    const actor = actorOfToken(forge.world, token, forge.clock.now())
    const allowed =
      repository !== undefined &&
      (actor.kind === 'installation'
        ? tokenAllows(actor.token, 'actions', 'read') && tokenCovers(actor.token, repository)
        : actor.kind === 'user' && mayRead(forge.world, actor.account, repository))
    if (!allowed) throw new ApiError(403, 'Resource not accessible by integration')
    return repository
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Error(`Unable to list artifacts: ${said}`, { cause: error })
  }
}

export function makeArtifactStore(forge: () => Forge, ofRun: (run: number) => Repository): ArtifactStore {
  const held = (query: ArtifactQuery): Artifact[] => {
    const repository = readable(forge(), query)
    expireArtifacts(forge(), repository)
    return [...repository.artifacts.values()].filter(({ run, expired }) => run === query.run && !expired)
  }
  return {
    async put({ run, attempt, name, zip, retentionDays }) {
      const { world, clock } = forge()
      const repository = ofRun(run)
      if ([...repository.artifacts.values()].some((one) => one.run === run && one.name === name)) {
        return undefined
      }
      const days = Math.min(retentionDays ?? RETENTION_DAYS, RETENTION_DAYS)
      const artifact: Artifact = {
        id: world.nextId(),
        run,
        attempt,
        name,
        bytes: zip,
        digest: `sha256:${createHash('sha256').update(zip).digest('hex')}`,
        createdAt: clock.iso(),
        expiresAt: clock.now() + days * DAY,
        expired: false,
      }
      repository.artifacts.set(artifact.id, artifact)
      return stored(artifact)
    },
    async list(query) {
      return held(query).map(stored)
    },
    async get(query, id) {
      const found = held(query).find((artifact) => artifact.id === id)
      if (found === undefined) throw new Error('Unable to download artifact: Not Found')
      return found.bytes
    },
    async remove(run, id) {
      ofRun(run).artifacts.delete(id)
    },
  }
}
