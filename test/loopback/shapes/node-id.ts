// Owns GraphQL node ids: a prefix a kind and the number, so that a reader and `node(id)` can tell them apart.

/** Prefixes in the manner of GitHub's own; source: docs.github.com, "Using global node IDs". */
const PREFIX = {
  User: 'U',
  Organization: 'O',
  Bot: 'BOT',
  App: 'A',
  Installation: 'IN',
  Repository: 'R',
  Issue: 'I',
  PullRequest: 'PR',
  IssueComment: 'IC',
  PullRequestReview: 'PRR',
  PullRequestReviewComment: 'PRRC',
  PullRequestReviewThread: 'PRRT',
  Label: 'LA',
  CheckRun: 'CR',
  CheckSuite: 'CS',
  Status: 'SC',
  Deployment: 'DE',
  DeploymentStatus: 'DES',
  WorkflowRun: 'WFR',
  Workflow: 'W',
  Artifact: 'ART',
  Team: 'T',
  Reaction: 'REA',
  Event: 'EV',
  Commit: 'C',
  Blob: 'B',
  Tree: 'TR',
  Ref: 'REF',
  Tag: 'TA',
} as const

export type NodeKind = keyof typeof PREFIX

export function nodeId(kind: NodeKind, id: number | string): string {
  return `${PREFIX[kind]}_${Buffer.from(String(id)).toString('base64url')}`
}

/** The kind and number in a node id; undefined for text that is none. */
export function parseNodeId(text: string): { kind: NodeKind; id: string } | undefined {
  const at = text.indexOf('_')
  const kind = (Object.keys(PREFIX) as NodeKind[]).find(
    (candidate) => PREFIX[candidate] === text.slice(0, at),
  )
  return kind === undefined
    ? undefined
    : { kind, id: Buffer.from(text.slice(at + 1), 'base64url').toString('utf8') }
}
