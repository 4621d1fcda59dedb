// The committed subset of GitHub's description is whole, small and of a recorded source.
import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Json } from './convert.ts'
import { convertSchema, isObject } from './convert.ts'
import type { Half } from './description.ts'
import { definitions, operations, sourceOf, webhooks } from './description.ts'
import { renderSubset } from './generate.ts'
import { liftRepeated } from './lift.ts'
import type { Selection } from './subset.ts'
import { ownExamples, restSubset, webhookSubset } from './subset.ts'

const MOST_BYTES = 950_000
const HALVES: readonly Half[] = ['rest', 'webhooks']
const file = (name: string): URL => new URL(name, import.meta.url)
const selection = JSON.parse(readFileSync(file('selection.json'), 'utf8')) as Selection

function references(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!isObject(value)) return []
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : []
  return [...own, ...Object.values(value).flatMap(references)]
}

test('every selected operation and webhook is in the subset, and no other', () => {
  expect([...operations().keys()].sort()).toEqual(selection.operations.toSorted())
  expect([...webhooks().keys()].sort()).toEqual(selection.webhooks.toSorted())
})

test('every operation and webhook has its page of the documentation', () => {
  const parts = [...operations().values(), ...webhooks().values()]
  expect(parts.filter((part) => !part.docs.startsWith('https://docs.github.com/'))).toEqual([])
})

test.each(HALVES)(
  'every reference in %s.json leads to a definition, and every definition is used',
  (half) => {
    const whole = JSON.parse(readFileSync(file(`${half}.json`), 'utf8')) as Json
    const named = new Set(references(whole).map((reference) => reference.replace('#/definitions/', '')))
    const known = Object.keys(definitions(half))
    expect([...named].filter((name) => !known.includes(name))).toEqual([])
    // forms of an error that no operation declares are kept for those that answer so all the same
    const always = half === 'rest' ? ['basic-error', 'validation-error', 'validation-error-simple'] : []
    expect(known.filter((name) => !named.has(name) && !always.includes(name))).toEqual([])
  },
)

test.each(['rest.json', 'webhooks.json', 'examples.json'])('%s stays below %i bytes', (name) => {
  expect(statSync(file(name)).size).toBeLessThan(MOST_BYTES)
})

test.each(HALVES)('%s.json records where it is from, and NOTICE says the same', (half) => {
  const source = sourceOf(half)
  expect(source).toEqual({
    source: '@octokit/openapi',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    file: 'generated/api.github.com.json',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    openapi: '3.0.3',
    licence: 'MIT',
  })
  const notice = readFileSync(file('../../../NOTICE'), 'utf8')
  expect(notice).toContain(`${source.source} ${source.version}`)
  expect(notice).toContain(source.sha256)
})

test('no word of OpenAPI 3.0 and no prose is left in the schemas', () => {
  for (const half of HALVES) {
    const text = JSON.stringify(definitions(half))
    expect(text).not.toContain('"nullable":')
    expect(text).not.toMatch(/"(description|title|example)":"/)
  }
})

const component = (name: string) => ({ $ref: `#/components/schemas/${name}` })

test('what may be null in OpenAPI may be null in JSON Schema', () => {
  const convert = (schema: Json): Json => convertSchema(schema, () => {})
  expect(convert({ type: 'string', nullable: true })).toEqual({ type: ['string', 'null'] })
  expect(convert({ type: 'string', enum: ['a'], nullable: true })).toEqual({
    type: ['string', 'null'],
    enum: ['a', null],
  })
  expect(convert({ ...component('user'), nullable: true })).toEqual({
    anyOf: [{ $ref: '#/definitions/user' }, { type: 'null' }],
  })
  expect(convert({ oneOf: [component('user')], nullable: true })).toEqual({
    anyOf: [{ oneOf: [{ $ref: '#/definitions/user' }] }, { type: 'null' }],
  })
})

test('prose is dropped, and properties that are called like prose are kept', () => {
  const schema = {
    type: 'object',
    title: 'An issue',
    description: 'prose',
    properties: {
      title: { type: 'string', example: 'x' },
      description: { type: 'string' },
      nullable: { type: 'null' },
    },
  }
  expect(convertSchema(schema, () => {})).toEqual({
    type: 'object',
    properties: { title: { type: 'string' }, description: { type: 'string' }, nullable: { type: 'null' } },
  })
})

test('a schema that occurs twice becomes one definition, at any depth', () => {
  const names = Array.from({ length: 40 }, (_, at) => `field_${at}`)
  const large = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  }
  const lifted = liftRepeated(
    { one: { properties: { owner: large } }, two: { type: 'array', items: large } },
    {},
  )
  const [name = ''] = Object.keys(lifted.definitions)
  expect(name).toMatch(/^owner\.[0-9a-f]{8}$/)
  const reference = { $ref: `#/definitions/${name}` }
  expect(lifted.parts).toEqual({
    one: { properties: { owner: reference } },
    two: { type: 'array', items: reference },
  })
  expect(lifted.definitions[name]).toEqual(large)
})

const DESCRIPTION = {
  paths: {
    '/things/{ref}': {
      get: {
        operationId: 'things/get',
        externalDocs: { url: 'https://docs.github.com/things' },
        parameters: [{ $ref: '#/components/parameters/ref' }],
        responses: { 200: { content: { 'application/json': { schema: component('thing') } } }, 204: {} },
      },
      delete: { operationId: 'things/delete', responses: {} },
    },
  },
  'x-webhooks': {
    'thing-made': {
      post: { requestBody: { content: { 'application/json': { schema: component('thing') } } } },
    },
  },
  components: {
    parameters: {
      ref: { name: 'ref', in: 'path', required: true, 'x-multi-segment': true, schema: { type: 'string' } },
    },
    schemas: {
      thing: { type: 'object', properties: { inner: component('inner') } },
      inner: { type: 'string', title: 'Inner' },
      unused: { type: 'string' },
    },
  },
}

test('the subset holds what is selected, and the schemas that it leads to', () => {
  const wanted = { operations: ['things/get'], webhooks: ['thing-made'], examples: [] }
  const rest = restSubset(DESCRIPTION, wanted)
  expect(rest.parts).toEqual({
    'things/get': {
      method: 'GET',
      path: '/things/{ref}',
      docs: 'https://docs.github.com/things',
      parameters: [{ name: 'ref', in: 'path', required: true, multi: true, schema: { type: 'string' } }],
      responses: { 200: { 'application/json': { $ref: '#/definitions/thing' } }, 204: {} },
    },
  })
  const { thing, inner, unused } = rest.definitions
  expect({ thing, inner, unused }).toEqual({
    thing: { type: 'object', properties: { inner: { $ref: '#/definitions/inner' } } },
    inner: { type: 'string' },
    unused: undefined,
  })
  expect(Object.keys(webhookSubset(DESCRIPTION, wanted).definitions)).toEqual(['inner', 'thing'])
})

test('a selection that GitHub does not describe is refused', () => {
  const wanted = { operations: ['things/make'], webhooks: ['thing-lost'], examples: [] }
  expect(() => restSubset(DESCRIPTION, wanted)).toThrow('no operation things/make; correct selection.json')
  expect(() => webhookSubset(DESCRIPTION, wanted)).toThrow('no webhook thing-lost')
  expect(() => ownExamples(DESCRIPTION, ['things/get 200 default'])).toThrow(
    'no example things/get 200 default',
  )
})

test('a subset is written one part a line', () => {
  const text = renderSubset({ version: '1' }, 'operations', {
    parts: { a: {}, b: {} },
    definitions: { c: {} },
  })
  expect(text.split('\n')).toContain('"a":{},')
  expect(JSON.parse(text)).toEqual({
    source: { version: '1' },
    operations: { a: {}, b: {} },
    definitions: { c: {} },
  })
})
