// Owns where the two emulators differ, and who is right by GitHub's documentation.

/** Name of a probe → why ours stands. */
export const JUDGED: Readonly<Record<string, string>> = {
  'an unknown token':
    'GitHub refuses what it does not know with 401: docs.github.com, "Troubleshooting the REST API". emulate takes any text for a person.',
  'what the App may not: a commit status':
    '403 "Resource not accessible by integration" is for an App without the permission. emulate serves no statuses.',
  'the App as a person':
    'an installation is no person and GitHub refuses it. emulate knows no such account: 404.',
  'a private repository without a token':
    'docs.github.com, "Troubleshooting the REST API": 404, so that nobody learns what exists. emulate asks for a token.',
  'a private repository by a stranger':
    'docs.github.com, "Troubleshooting the REST API": 404, so that nobody learns what exists. emulate says 403.',
  'closing by a reader':
    'docs.github.com, "Repository roles for an organization": closing asks for triage. emulate lets anyone.',
  'labelling by a reader':
    'docs.github.com, "Repository roles for an organization": labelling asks for triage. emulate lets anyone.',
  'a comment on a locked issue by a reader':
    'docs.github.com, "Locking conversations": only people with write access may comment. emulate wants a body to lock with, which GitHub does not.',
  'what the author may: permission of a collaborator':
    'docs.github.com, "Get repository permissions for a user": everybody may read a public repository. emulate knows collaborators only.',
  'a check run by a person':
    'docs.github.com, "REST API endpoints for check runs": only GitHub Apps create them. emulate lets a person.',
  'a conclusion completes a run':
    'docs.github.com, "Update a check run": providing a conclusion sets the status to completed. emulate leaves the run queued.',
}
