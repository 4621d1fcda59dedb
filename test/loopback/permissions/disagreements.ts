// Owns where the permission table differs from @octokit/app-permissions 2.1.0, and why it does.

interface Disagreement {
  reason: string
  operations: readonly string[]
}

export const disagreements: readonly Disagreement[] = [
  {
    reason:
      'The list offers contents as an alternative. GitHub documents actions and checks alone as of API version 2026-03-10, which is stricter.',
    operations: [
      'actions/cancel-workflow-run',
      'actions/delete-artifact',
      'actions/download-job-logs-for-workflow-run',
      'actions/download-workflow-run-logs',
      'actions/get-artifact',
      'actions/get-job-for-workflow-run',
      'actions/get-workflow',
      'actions/get-workflow-run',
      'actions/list-jobs-for-workflow-run',
      'actions/list-repo-workflows',
      'actions/list-workflow-run-artifacts',
      'actions/list-workflow-runs',
      'actions/list-workflow-runs-for-repo',
      'actions/re-run-workflow',
      'checks/get',
      'checks/get-suite',
      'checks/list-annotations',
      'checks/list-for-ref',
      'checks/list-for-suite',
      'checks/list-suites-for-ref',
      'checks/rerequest-suite',
    ],
  },
  {
    reason:
      'The list offers pull_requests (or contents) as an alternative. GitHub documents issues alone as of API version 2026-03-10, which is stricter.',
    operations: [
      'reactions/create-for-issue',
      'reactions/create-for-issue-comment',
      'reactions/delete-for-issue-comment',
      'reactions/list-for-issue-comment',
    ],
  },
  {
    reason:
      'The list names single_file, which opens only the paths an App declared. The loopback has no single-file Apps; GitHub documents contents.',
    operations: ['repos/create-or-update-file-contents', 'repos/delete-file', 'repos/get-content'],
  },
]
