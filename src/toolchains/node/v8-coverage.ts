// Owns the way from coverage files of V8 (or istanbul) to lines that ran, from given texts only: no file is read here.
import istanbul from 'istanbul-lib-coverage'
import { z } from 'zod'
import type { LineCoverage } from '../../ports.ts'
import { type CodeLine, codeLines } from './code-lines.ts'

// A library that follows `sourceMappingURL` reads whatever file the code under test names, on the host: hence this own
// walker over V8's ranges, which needs the text alone.
const Range = z.object({ startOffset: z.int(), endOffset: z.int(), count: z.int() })
const V8File = z.object({
  result: z.array(
    z.object({ url: z.string(), functions: z.array(z.object({ ranges: z.array(Range).min(1) })) }),
  ),
  'source-map-cache': z.record(z.string(), z.unknown()).optional(),
})
type V8Script = z.infer<typeof V8File>['result'][number]

const IstanbulFile = z.record(
  z.string(),
  z.looseObject({
    path: z.string(),
    statementMap: z.record(z.string(), z.unknown()),
    s: z.record(z.string(), z.int()),
    fnMap: z.record(z.string(), z.unknown()),
    f: z.record(z.string(), z.int()),
    branchMap: z.record(z.string(), z.unknown()),
    b: z.record(z.string(), z.array(z.int())),
  }),
)

const MEASURED = /\.[cm]?[jt]sx?$/

/** What is known of one source file while coverage files come in. */
interface Tally {
  text: string
  lines: readonly CodeLine[]
  covered: Set<number>
  executable: Set<number>
  /** Set when code was run that is not this text: figures for its lines would be invented. */
  transformed: boolean
}

/** See ToolchainAdapter.readCoverage. Lines that any process ran are covered. */
export async function readCoverage(
  outputs: AsyncIterable<string>,
  sources: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, LineCoverage>> {
  const tallies = new Map<string, Tally>()
  for (const [path, text] of sources) {
    if (!MEASURED.test(path) || /\.d\.[cm]?ts$/.test(path)) continue
    const lines = codeLines(path, text)
    const executable = new Set(lines.map((line) => line.number))
    tallies.set(path, { text, lines, covered: new Set(), executable, transformed: false })
  }
  /** True once any file of the repository itself shows up: without one, nothing was measured at all. */
  let measured = false
  for await (const output of outputs) {
    const json = parseJson(output)
    const v8 = V8File.safeParse(json)
    const found = v8.success ? addV8(v8.data, tallies) : addIstanbul(json, tallies)
    measured ||= found
  }
  return new Map([...tallies].map(([path, tally]) => [path, coverageOf(tally, measured)]))
}

function coverageOf(tally: Tally, measured: boolean): LineCoverage {
  if (tally.executable.size === 0) return { known: true, executable: [], covered: [] }
  if (!measured) return { known: false, because: 'the tests wrote no coverage of any file of the repository' }
  if (tally.transformed) {
    return { known: false, because: 'it was compiled before it ran, so that lines that ran are not its own' }
  }
  const ascending = (lines: ReadonlySet<number>): readonly number[] => [...lines].sort((a, b) => a - b)
  return { known: true, executable: ascending(tally.executable), covered: ascending(tally.covered) }
}

function addV8(file: z.infer<typeof V8File>, tallies: ReadonlyMap<string, Tally>): boolean {
  let measured = false
  for (const script of file.result) {
    const path = repoPath(script.url)
    if (path === undefined || path.includes('node_modules/')) continue
    measured = true
    const tally = tallies.get(path)
    if (tally === undefined) continue
    const shift =
      file['source-map-cache']?.[script.url] === undefined ? shiftOf(script, tally.text) : undefined
    if (shift === undefined) tally.transformed = true
    else addScript(script, tally, shift)
  }
  return measured
}

/** How far the text that was run lies before the file's own; undefined when it is another text. */
function shiftOf(script: V8Script, text: string): number | undefined {
  // The first range of the first function spans the text that was run.
  const length = script.functions[0]?.ranges[0]?.endOffset
  // Node blanks out types in place and names the file behind the text.
  const stripped = text.length + '\n\n//# sourceURL='.length + script.url.length
  if (length === text.length || length === stripped) return 0
  return text.startsWith('\uFEFF') && length === text.length - 1 ? 1 : undefined
}

function addScript(script: V8Script, tally: Tally, shift: number): void {
  // Outer ranges come before the ranges inside them, so the last one that holds a line decides.
  const ranges = script.functions
    .flatMap((one) => one.ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  const open: typeof ranges = []
  let next = 0
  for (const line of tally.lines) {
    const start = line.start - shift
    const end = line.end - shift
    for (
      let range = ranges[next];
      range !== undefined && range.startOffset <= start;
      range = ranges[++next]
    ) {
      while ((open.at(-1)?.endOffset ?? Infinity) <= range.startOffset) open.pop()
      open.push(range)
    }
    // A range that ends inside the line holds only a part of it: the line began to run with what is around.
    const holding = open.findLast((range) => range.endOffset >= end)
    if ((holding?.count ?? 0) > 0) tally.covered.add(line.number)
  }
}

function addIstanbul(json: unknown, tallies: ReadonlyMap<string, Tally>): boolean {
  const files = IstanbulFile.safeParse(json)
  if (!files.success) return false
  let measured = false
  for (const [name, data] of Object.entries(files.data)) {
    const path = repoPath(name)
    if (path === undefined) continue
    measured = true
    const tally = tallies.get(path)
    if (tally === undefined) continue
    const counts = lineCounts(data)
    if (counts === undefined) {
      tally.transformed = true
      continue
    }
    // Its statements come from a parser: a better answer to what can run than ours, as long as they fit the text.
    const last = tally.text.split('\n').length
    if (counts.some(([line]) => line > last)) tally.transformed = true
    tally.executable = new Set(counts.map(([line]) => line))
    for (const [line, count] of counts) if (count > 0) tally.covered.add(line)
  }
  return measured
}

const Position = z.looseObject({ start: z.looseObject({ line: z.int().min(1) }) })

function lineCounts(data: z.infer<typeof IstanbulFile>[string]): readonly [number, number][] | undefined {
  if (!Object.values(data.statementMap).every((one) => Position.safeParse(one).success)) return undefined
  const file = data as unknown as Parameters<typeof istanbul.createFileCoverage>[0]
  const lines = istanbul.createFileCoverage(file).getLineCoverage()
  return Object.entries(lines).map(([line, count]) => [Number(line), count])
}

/** `file:///repo/src/a.ts` or `/repo/src/a.ts` → `src/a.ts`; undefined for everything else. */
function repoPath(url: string): string | undefined {
  const path = url.replace(/^file:\/\//, '').replace(/[?#].*$/, '')
  if (!path.startsWith('/repo/')) return undefined
  try {
    return decodeURIComponent(path.slice('/repo/'.length))
  } catch {
    return path.slice('/repo/'.length)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
