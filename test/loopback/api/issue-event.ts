// Owns the webhook of what happens to an issue: the event of issues, or of pull requests where the number is one's.
import type { Issue } from '../world/issues.ts'
import { emit } from '../server/call.ts'
import { issueShape } from '../shapes/issue.ts'
import type { Scene } from './issue-finding.ts'
import { pullEvent } from './pull-events.ts'

export async function issueEvent(
  scene: Scene,
  action: string,
  issue: Issue,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { forge, repository } = scene
  if (repository.pulls.has(issue.number)) return pullEvent(scene, action, issue.number, extra)
  emit(scene, 'issues', action, { issue: issueShape(forge, repository, issue), ...extra })
}

export function touch({ forge }: Pick<Scene, 'forge'>, issue: Issue): void {
  issue.updatedAt = forge.clock.iso()
}
