// Owns the recipe that applies the patch which came with the issue.
import { stripLevel } from '../../../contracts/patch.ts'
import type { Recipe } from './recipe.ts'

export const attachedPatch: Recipe<'attached-patch'> = {
  id: 'attached-patch',
  prepare(choice) {
    // A fenced block ends without the newline that the last line of a patch needs.
    const patch = choice.patch.endsWith('\n') ? choice.patch : `${choice.patch}\n`
    return {
      ok: true,
      command: {
        // All or nothing: git checks every hunk before it writes the first file.
        argv: ['git', 'apply', '--whitespace=nowarn', `-p${stripLevel(patch)}`, '-'],
        env: { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' },
        stdin: patch,
        egress: 'none',
      },
      input: `attached patch ${choice.patch_digest}`,
      onFailure: 'cannot_apply',
      suggestion:
        'Make the patch again on the current base with git diff, keep the line ends of the files, and attach it whole.',
    }
  },
}
