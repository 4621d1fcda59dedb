// Runs the contract of the forge's ports against the adapter on the loopback GitHub.
import { forgeContract } from '../../contracts-of-ports/forge.ts'
import type { Losable } from '../../contracts-of-ports/forge-under-test.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import { openStage } from './stage.ts'

const WORKFLOW = `on:
  workflow_dispatch:
    inputs: { nonce: { required: true } }
run-name: autopilot \${{ inputs.nonce }}
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir out && echo made > out/made.txt
      - uses: actions/upload-artifact@v4
        with: { name: bundle, path: out }
`

/** The one request of each write that has its effect. */
const EFFECT: Readonly<Record<Losable, string>> = {
  putBranch: 'git/create-ref',
  putPull: 'pulls/create',
  putCheck: 'checks/create',
  putComment: 'issues/create-comment',
  putRef: 'git/create-ref',
  merge: 'pulls/merge',
  dispatch: 'actions/create-workflow-dispatch',
}

forgeContract('the adapter of GitHub', async () => {
  const files = { 'README.md': '# Widgets\n', '.github/workflows/autopilot.yml': WORKFLOW }
  const stage = await openStage({ files, loopback: { actions: {} } })
  const { ben, cleo, loopback } = stage
  return {
    forge: stage.forge,
    main: stage.main,
    change: (base, path, text) => stage.change(base, { [path]: text }),
    people: {
      issue: async (title) => (await ben.rest.issues.create({ ...at, title })).data.number,
      comment: async (number, body) =>
        (await ben.rest.issues.createComment({ ...at, issue_number: number, body })).data.id,
      deleteComment: async (id) => void (await ben.rest.issues.deleteComment({ ...at, comment_id: id })),
      push: (branch, path, text) => stage.push(branch, { [path]: text }),
      approve: async (number) =>
        void (await cleo.rest.pulls.createReview({ ...at, pull_number: number, event: 'APPROVE' })),
      close: async (number) =>
        void (await ben.rest.pulls.update({ ...at, pull_number: number, state: 'closed' })),
    },
    lose: (write) => stage.strike(EFFECT[write], { kind: 'status', status: 502, when: 'after' }),
    settled: () => loopback.settled(),
  }
})
