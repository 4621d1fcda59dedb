// Owns which characters a person cannot see in a text, and cutting a text by bytes.

/** Zero width, bidi controls, soft hyphen, fillers, tags, variation selectors; and interlinear marks. */
export const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** C0 and C1 controls but tab and newline, and the Unicode line and paragraph separators. */
export const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g

/** The longest start of well-formed `text` that fits `bytes` of UTF-8 and splits no code point. */
export function fitBytes(text: string, bytes: number): string {
  const encoded = new TextEncoder().encode(text)
  if (encoded.length <= bytes) return text
  let end = Math.max(0, bytes)
  // 10xxxxxx continues a code point: step back to where one starts.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--
  return new TextDecoder().decode(encoded.subarray(0, end))
}

/** At most `length` UTF-16 code units, ending in an ellipsis where something was cut. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text
    .slice(0, length - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trimEnd()}…`
}

/** Words that stand where a criterion should: nobody can test them. */
const EMPTY_WORDS = /^(tbd|todo|n\/a|none|works?|it works|ok|done|fixed|as expected|\W*)\.?$/i

export function saysSomething(text: string): boolean {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length >= 2 && !EMPTY_WORDS.test(text.trim())
}
