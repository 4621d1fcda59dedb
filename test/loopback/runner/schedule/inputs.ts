// Owns the inputs of workflow_dispatch: what is given is checked against the file, and defaults are filled in.
import type { DispatchInput, Workflow } from '../workflow/model.ts'

export type Inputs =
  | {
      readonly ok: true
      readonly texts: ReadonlyMap<string, string>
      readonly values: ReadonlyMap<string, unknown>
    }
  | { readonly ok: false; readonly problem: string }

/** `texts` is `github.event.inputs`, `values` the `inputs` context, in which booleans and numbers are what they are. */
export function dispatchInputs(workflow: Workflow, given: Readonly<Record<string, string>>): Inputs {
  const unknown = Object.keys(given).filter((name) => !workflow.inputs.has(name))
  if (unknown.length > 0)
    return { ok: false, problem: `Unexpected inputs provided: ${JSON.stringify(unknown)}` }
  const texts = new Map<string, string>()
  const values = new Map<string, unknown>()
  for (const [name, input] of workflow.inputs) {
    const text = given[name] ?? input.default ?? (input.type === 'boolean' ? 'false' : '')
    if (text === '' && input.required) return { ok: false, problem: `Required input '${name}' not provided` }
    const problem = problemOf(name, input, text)
    if (problem !== undefined) return { ok: false, problem }
    texts.set(name, text)
    values.set(name, valueOf(input, text))
  }
  return { ok: true, texts, values }
}

function problemOf(name: string, input: DispatchInput, text: string): string | undefined {
  if (input.type === 'choice' && text !== '' && !(input.options ?? []).includes(text)) {
    return `Provided value '${text}' for input '${name}' not in the list of allowed values`
  }
  if (input.type === 'boolean' && text !== 'true' && text !== 'false') {
    return `Provided value '${text}' for input '${name}' is no boolean`
  }
  return undefined
}

function valueOf(input: DispatchInput, text: string): unknown {
  if (input.type === 'boolean') return text === 'true'
  return input.type === 'number' && text !== '' ? Number(text) : text
}
