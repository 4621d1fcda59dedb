// Owns the recipe that moves one dependency to another version, lockfile included.
import { finished } from './recipe.ts'
import type { Recipe } from './recipe.ts'

/** Threat: words of an issue become arguments; an option, an address or a path must never be taken for a package. */
const NAME = /^@?[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9_~][\w.~-]*)*$/
const VERSION = /^[\w^~<>=*][\w.^~<>=*+-]*$/

export const dependencyBump: Recipe<'dependency-bump'> = {
  id: 'dependency-bump',
  prepare(choice, job) {
    const { package: name, version } = choice
    if (!NAME.test(name) || !VERSION.test(version)) {
      const detail = `${JSON.stringify(`${name}@${version}`)} is no package name with a version.`
      const suggestion = 'Name one package and one version in the issue, for example `left-pad` to `1.3.0`.'
      return { ok: false, finished: finished('usage_error', detail, suggestion) }
    }
    if (job.toolchain === null) {
      const detail = `No toolchain is known here that could move ${name} to ${version}.`
      return { ok: false, finished: finished('cannot_apply', detail, 'Change the manifest by hand.') }
    }
    return {
      ok: true,
      command: job.toolchain.bump(name, version),
      input: `${name} to ${version}`,
      onFailure: 'cannot_apply',
      suggestion: `Check that ${name} is a dependency here and that version ${version} exists.`,
    }
  },
}
