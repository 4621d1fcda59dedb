// Owns how figures are written: times, short ids, counts, money, chain heads.
import type { ChainHead } from '../contracts/ledger.ts'
import type { Subject } from '../contracts/verdict.ts'

/** Milliseconds as seconds: `0.02 s`, `0.9 s`, `12.3 s`, `2 min 05 s`. */
export function seconds(ms: number): string {
  if (ms < 95) return `${(ms / 1000).toFixed(2)} s`
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`
  const whole = Math.round(ms / 1000)
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}

/** Seven hex digits of an object id or digest. */
export function short(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 7)
}

/** `1 file`, `2 files`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** `HASH:LENGTH`, the form that `ledger verify --head` takes. */
export function headText(head: ChainHead): string {
  return `${head.hash}:${head.length}`
}

/** US dollars; whole cents, or more digits when cents would hide the cost. */
export function dollars(usd: number): string {
  return `${usd.toFixed(usd > 0 && usd < 0.01 ? 4 : 2)} USD`
}

/** What a verdict is on, nearest to the commit first: `head 9f3c1ab`, `tree 9f3c1ab`, `spec 8d1f0c2`. */
export function subjectText(subject: Subject): string {
  if (subject.head !== undefined) return `head ${short(subject.head)}`
  if (subject.tree !== undefined) return `tree ${short(subject.tree)}`
  if (subject.spec !== undefined) return `spec ${short(subject.spec)}`
  return subject.base === undefined ? 'no subject' : `base ${short(subject.base.sha)}`
}
