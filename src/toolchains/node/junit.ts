// Owns the reading of JUnit XML: nested suites, with the file where the runner gives it.
import { parse } from 'junit2json'
import { z } from 'zod'
import type { Reported } from './parse-tests.ts'

const Details = z.array(z.looseObject({ message: z.string().optional(), type: z.string().optional() }))

const Case = z.looseObject({
  name: z.string().optional(),
  classname: z.string().optional(),
  file: z.string().optional(),
  // An attribute of this name (a string) stands beside the element in some reports.
  failure: z.union([Details, z.string()]).optional(),
  error: z.union([Details, z.string()]).optional(),
  skipped: z.union([Details, z.string()]).optional(),
})

interface Suite {
  name?: string | undefined
  file?: string | undefined
  testcase?: z.infer<typeof Case>[] | undefined
  testsuite?: Suite[] | undefined
}
const Suite: z.ZodType<Suite> = z.looseObject({
  name: z.string().optional(),
  file: z.string().optional(),
  testcase: z.array(Case).optional(),
  get testsuite() {
    return z.array(Suite).optional()
  },
})

/** XML → results. Never throws: what is no JUnit is said. */
export async function casesOfJunit(
  xml: string,
): Promise<{ ok: true; cases: readonly Reported[] } | { ok: false; because: string }> {
  // Attribute processors off: a test called "1" must stay a text. The parser knows no external entities.
  const parsed = await parse(xml, {}).then(
    (value: unknown) => value,
    () => undefined,
  )
  const root = Suite.safeParse(parsed)
  if (!root.success) return { ok: false, because: 'is no JUnit XML' }
  const alone = /^\s*(<\?xml[^>]*>\s*)?<testsuite[\s>]/.test(xml)
  return { ok: true, cases: casesOf(root.data, alone ? suiteTitle(root.data) : [], undefined) }
}

function casesOf(suite: Suite, titles: readonly string[], file: string | undefined): readonly Reported[] {
  const at = suite.file ?? file
  const own = (suite.testcase ?? []).map((test): Reported => {
    const failure = [test.failure, test.error].find((one) => one !== undefined)
    const skipped = test.skipped
    const todo = Array.isArray(skipped) && skipped.some((one) => one.type === 'todo')
    return {
      file: test.file ?? at,
      titles: [...titles, test.name ?? '(no name)'],
      // A todo may fail: that is what it says.
      status: skipped !== undefined ? (todo ? 'todo' : 'skip') : failure === undefined ? 'pass' : 'fail',
      message: Array.isArray(failure) ? failure[0]?.message : failure,
    }
  })
  const inner = (suite.testsuite ?? []).flatMap((child) =>
    casesOf(child, [...titles, ...suiteTitle(child)], at),
  )
  return [...own, ...inner]
}

function suiteTitle(suite: Suite): readonly string[] {
  return suite.name === undefined || suite.name === '' ? [] : [suite.name]
}
