// Owns which values a job's log may not show, in the forms in which they usually turn up.

export interface Masks {
  add(value: string): void
  apply(text: string): string
}

export function makeMasks(): Masks {
  const hidden = new Set<string>()
  let ordered: string[] = []
  return {
    add: (value) => {
      for (const line of value.split(/\r?\n/)) for (const form of formsOf(line.trim())) hidden.add(form)
      ordered = [...hidden].sort((a, b) => b.length - a.length)
    },
    apply: (text) => ordered.reduce((masked, value) => masked.replaceAll(value, '***'), text),
  }
}

/** As it is, in JSON, in a URL, and in base64 at each of the three places where it can begin. */
function formsOf(value: string): string[] {
  if (value === '') return []
  const bytes = Buffer.from(value)
  const shifted = [1, 2].map((by) => bytes.subarray(3 - by).toString('base64'))
  const base64 = [bytes.toString('base64'), ...shifted].map((form) => form.replace(/=+$/, '').slice(0, -1))
  const forms = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]
  return [...forms, ...base64.filter((form) => form.length >= 8)]
}
