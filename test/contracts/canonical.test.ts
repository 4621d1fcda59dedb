// Canonical JSON against the examples of RFC 8785, and digests against published answers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, digestInDomain, digestOf, digestOfJson } from '../../src/contracts/canonical.ts'

/** RFC 8785, appendix B: the bits of a double and its text. */
const NUMBERS = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const

function double(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE()
}

describe('canonicalJson', () => {
  test.each(NUMBERS)('writes the double %s as %s', (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text)
  })

  test('writes the example of RFC 8785 section 3.2.2 as section 3.2.4 does', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`
    const expected = String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`
    expect(canonicalJson(JSON.parse(input))).toBe(expected)
  })

  test('sorts keys by UTF-16 code units, not by code points or locale', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6']
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])))
    const order = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33']
    expect(text).toBe(`{${order.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`)
  })

  test('does not normalise Unicode: two spellings of one letter stay two texts', () => {
    expect(canonicalJson('\u00e9')).not.toBe(canonicalJson('e\u0301'))
  })

  test('gives the same bytes whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed())
        expect(canonicalJson(reversed)).toBe(canonicalJson(value))
      }),
    )
  })

  test('keeps a key named __proto__ as data', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}')
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  test.each([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['a lone surrogate', { text: '\ud800' }],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['a cycle', cycle],
    ['a bigint', 1n],
  ])('throws on %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(/./)
  })
})

describe('digests', () => {
  test.each([
    ['', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('digestOf(%j) is the published sha256', (text, digest) => {
    expect(digestOf(text)).toBe(digest)
    expect(digestOf(Buffer.from(text))).toBe(digest)
  })

  test('a JSON value is digested by its canonical text', () => {
    expect(digestOfJson({ b: 1, a: [true] })).toBe(digestOf('{"a":[true],"b":1}'))
  })

  test('the same value in two domains has two digests, and the domain is a line before the text', () => {
    expect(digestInDomain('one', {})).toBe(digestOf('one\n{}'))
    expect(digestInDomain('one', {})).not.toBe(digestInDomain('two', {}))
  })
})
