// Owns loading GitHub's own workflow parser: its two JSON imports lack the attribute that Node asks for.
import { registerHooks } from 'node:module'
import type * as workflowParser from '@actions/workflow-parser'
import type * as actionParser from '@actions/workflow-parser/actions/index'

export interface ParserLibrary {
  readonly workflows: typeof workflowParser
  readonly actions: typeof actionParser
}

let loading: Promise<ParserLibrary> | undefined

/** About 100 ms the first time in a process; nothing is written to disk. */
export function parserLibrary(): Promise<ParserLibrary> {
  loading ??= load()
  return loading
}

async function load(): Promise<ParserLibrary> {
  const hooks = registerHooks({
    load: (url, context, next) =>
      url.includes('/@actions/workflow-parser/') && url.endsWith('.json')
        ? next(url, { ...context, format: 'json', importAttributes: { type: 'json' } })
        : next(url, context),
  })
  try {
    const workflows = await import('@actions/workflow-parser')
    const actions = await import('@actions/workflow-parser/actions/index')
    return { workflows, actions }
  } finally {
    hooks.deregister()
  }
}
