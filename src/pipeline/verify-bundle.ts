// Owns verifying a bundle offline: files, chains, process, evidence; with `rederive` also what rules decided.
import type { Phase } from '../contracts/base.ts'
import { canonicalJson, digestOf, digestOfJson, evidenceJson, type Digest } from '../contracts/canonical.ts'
import type { ChainHead, LedgerEntry } from '../contracts/ledger.ts'
import { TaskRequestContract } from '../contracts/task.ts'
import { worstStatus, type Verdict } from '../contracts/verdict.ts'
import type { BundleReader } from '../ports.ts'
import { judgeEvidence } from '../process/evidence.ts'
import { foldTask, inWritingOrder, type Folded } from '../process/fold.ts'
import { verifyChain } from '../process/ledger.ts'
import { EMPTY_STATE, type TaskState } from '../process/state.ts'
import { transition } from '../process/transition.ts'
import { checkBundle, parseJson } from '../work/bundle.ts'
import { aboutOf, earlierPath, earlierRunAt, FIXED_FILES, layoutOf } from './bundle-layout.ts'
import { readChainText, type ReadChain } from './chain-lines.ts'
import { baseOf } from './inputs.ts'
import { leaf, type LoadedBundle } from './loaded-bundle.ts'
import { rederiveDecisions } from './rederive.ts'

export async function verifyBundle(bundle: BundleReader, x: Examination): Promise<Verdict> {
  return (await examineBundle(bundle, x)).verdict
}

interface Examination {
  /** Published elsewhere; without it a bundle that was cut and sealed again cannot be told. */
  head?: ChainHead
  /** Decide again what rules decided, and compare. */
  rederive: boolean
}

/** `loaded`: what was judged; null when its chains could not even be read. */
export async function examineBundle(
  bundle: BundleReader,
  x: Examination,
): Promise<{ verdict: Verdict; loaded: LoadedBundle | null }> {
  const checked = await checkBundle(bundle)
  const files = leaf('files', checked.problems, `every file of the manifest is there, as it was sealed`)
  if (checked.manifest === null) return { verdict: whole([files]), loaded: null }
  const { manifest } = checked
  const chainAt = async (path: string): Promise<ReadChain> => readChainText(await bundle.read(path), path)
  const task = await chainAt('ledger/task.jsonl')
  const run = await chainAt('ledger/run.jsonl')
  const earlier = new Map<string, ReadChain>()
  for (const { path } of manifest.files) {
    const id = earlierRunAt(path)
    if (id !== undefined) earlier.set(id, await chainAt(path))
  }
  const chains = [
    chainVerdict('task chain', task, `task:${manifest.task}`, manifest.task_chain, undefined),
    chainVerdict('run chain', run, `run:${manifest.run}`, manifest.run_chain, x.head),
    ...(earlier.size === 0 ? [] : [earlierVerdict(earlier)]),
  ]
  if ([task, run, ...earlier.values()].some((read) => read.problems.length > 0)) {
    return { verdict: whole([files, ...chains]), loaded: null }
  }
  const byDigest = new Map<Digest, Uint8Array>()
  for (const { path } of manifest.files) {
    const bytes = await bundle.read(path)
    if (bytes !== undefined) byDigest.set(digestOf(bytes), bytes)
  }
  const loaded: LoadedBundle = {
    manifest,
    task: task.entries,
    run: run.entries,
    earlier: new Map([...earlier].map(([id, read]) => [id, read.entries])),
    byDigest,
    read: (path) => bundle.read(path),
  }
  const folded = foldTask(task.entries, runsOf(loaded))
  const parts = [
    files,
    ...chains,
    processVerdict(folded),
    evidenceVerdict(loaded, folded),
    await bindingVerdict(loaded, folded),
  ]
  if (x.rederive) {
    parts.push(gatesOfEvidence(loaded), ...(await rederiveDecisions(loaded)))
  }
  if (x.head === undefined) parts.push(noHead())
  return { verdict: whole(parts), loaded }
}

/** Every run's chain, this one's last. */
function runsOf(bundle: LoadedBundle): ReadonlyMap<string, readonly LedgerEntry[]> {
  return new Map([...bundle.earlier, [bundle.manifest.run, bundle.run]])
}

function chainVerdict(
  name: string,
  read: ReadChain,
  chain: string,
  sealed: ChainHead,
  published: ChainHead | undefined,
): Verdict {
  const inside = verifyChain(read.entries, { chain, head: sealed })
  const outside =
    published === undefined ? [] : verifyChain(read.entries, { chain, head: published }).problems
  const problems = new Set([
    ...read.problems,
    ...[...inside.problems, ...outside].map((problem) => problem.message),
  ])
  const head = `${sealed.hash}:${sealed.length}`
  const against = published === undefined ? 'the head in the manifest' : 'the head that was given'
  return leaf(name, [...problems], `${sealed.length} entries are linked and end in ${against}, ${head}`)
}

/** Where each ends is bound by the task chain: an import that names another head is no allowed step. */
function earlierVerdict(earlier: ReadonlyMap<string, ReadChain>): Verdict {
  const problems = [...earlier].flatMap(([id, read]) => [
    ...read.problems,
    ...verifyChain(read.entries, { chain: `run:${id}` }).problems.map((problem) => problem.message),
  ])
  const count =
    earlier.size === 1 ? 'the chain of 1 earlier run is' : `the chains of ${earlier.size} earlier runs are`
  return leaf('earlier runs', problems, `${count} linked`)
}

function processVerdict(folded: Folded): Verdict {
  const problems = folded.ok ? [] : [`${folded.entry.chain}#${folded.entry.seq}: ${folded.violation.message}`]
  return leaf('process', problems, 'every entry is a step that the phase table allows')
}

/** Threat: a true file beside a false one of the name that readers look for. The chains say what lies where. */
function evidenceVerdict(bundle: LoadedBundle, { state }: Folded): Verdict {
  const layout = layoutOf(bundle.task, bundle.run)
  const held = new Map(bundle.manifest.files.map((file) => [file.path, file.sha256]))
  const problems: string[] = []
  for (const [path, digest] of layout) {
    if (!held.has(path)) problems.push(`${path} was recorded (${digest}) and is not in the bundle`)
    else if (held.get(path) !== digest || !bundle.byDigest.has(digest)) {
      problems.push(`${path} is not what was recorded (${digest})`)
    }
  }
  const known = new Set<string>([...layout.keys(), ...FIXED_FILES, ...state.runs.map(earlierPath)])
  for (const path of held.keys()) {
    if (!known.has(path)) problems.push(`${path} was never recorded`)
  }
  return leaf('evidence', problems, `all ${layout.size} recorded files are there, with the recorded digests`)
}

/** What the chains name by digest beside evidence: request, fingerprint, outcome; and what the manifest repeats. */
async function bindingVerdict(bundle: LoadedBundle, folded: Folded): Promise<Verdict> {
  const problems: string[] = []
  const { state } = folded
  const bytes = await bundle.read('evidence/STRATEGIZE/request.json')
  const request = TaskRequestContract.parse(bytes === undefined ? undefined : parseJson(bytes))
  if (state.request === null) problems.push('the task chain does not start with task.created')
  else if (!request.ok || digestOfJson(request.value) !== state.request) {
    const by = state.turns.length === 0 ? 'that the task was created with' : 'of the last turn'
    problems.push(`the request is not the one ${by}`)
  }
  const opened = bundle.run[0]?.event
  const fingerprint = await bundle.read('inputs/fingerprint.json')
  if (opened?.kind !== 'run.opened') problems.push('the run chain does not start with run.opened')
  else if (fingerprint === undefined || digestOfJson(parseJson(fingerprint)) !== opened.fingerprint) {
    problems.push('the fingerprint is not the one that the run was opened with')
  }
  if (opened?.kind === 'run.opened') problems.push(...(await rulesProblems(bundle, opened.rules)))
  const closed = bundle.run.at(-1)?.event
  const outcome = await bundle.read('outcome.json')
  if (closed?.kind === 'run.closed') {
    if (outcome === undefined || digestOf(outcome) !== closed.outcome) {
      problems.push('outcome.json is not the outcome that the run chain names')
    }
  } else if (outcome !== undefined) problems.push('outcome.json is there, and the run chain has no end')
  if (folded.ok && request.ok) {
    const base = baseOf(state, { request: request.value })
    const about = aboutOf(state, { task: bundle.task, run: bundle.run, base })
    for (const [field, value] of Object.entries(about ?? {})) {
      const said: unknown = Reflect.get(bundle.manifest, field)
      if (canonicalJson(said) !== canonicalJson(value)) {
        problems.push(
          `the manifest's ${field} is ${canonicalJson(said)}; the chains say ${canonicalJson(value)}`,
        )
      }
    }
  }
  return leaf('bindings', problems, 'request, fingerprint, outcome and manifest are as the chains say')
}

/** A bundle that came with another policy, constitution or settings would be judged again by rules it never saw. */
async function rulesProblems(
  bundle: LoadedBundle,
  rules: Extract<LedgerEntry['event'], { kind: 'run.opened' }>['rules'],
): Promise<readonly string[]> {
  const policy = await bundle.read('inputs/policy.yml')
  const constitution = await bundle.read('inputs/constitution.yml')
  const settings = await bundle.read('inputs/settings.json')
  const found = {
    policy: policy === undefined ? undefined : digestOf(policy),
    constitution: constitution === undefined ? undefined : digestOf(constitution),
    settings: settings === undefined ? undefined : digestOfJson(parseJson(settings)),
  }
  return (['policy', 'constitution', 'settings'] as const)
    .filter((name) => found[name] !== rules[name])
    .map((name) => `the ${name} in inputs/ is not the one that the run was opened with`)
}

/** Every evidence gate that the bundle answers for, from the recorded bytes, in the state in which it was asked. */
function gatesOfEvidence(bundle: LoadedBundle): Verdict {
  const problems: string[] = []
  let state: TaskState = EMPTY_STATE
  let count = 0
  const layout = layoutOf(bundle.task, bundle.run)
  for (const entry of inWritingOrder(bundle.task, runsOf(bundle))) {
    const { event } = entry
    if (event.kind === 'phase.passed' && layout.has(`verdicts/${event.phase}-${event.visit}.json`)) {
      count += 1
      const before = state
      const read = (phase: Phase, name: string): Uint8Array | undefined => {
        const records = before.phase?.phase === phase ? before.phase.evidence : before.passed[phase]?.evidence
        const digest = records?.find((record) => record.name === name)?.sha256
        return digest === undefined ? undefined : bundle.byDigest.get(digest)
      }
      const verdict = judgeEvidence(event.phase, before, read, before.phase?.evidence ?? [])
      if (digestOf(evidenceJson(verdict)) !== event.verdict) {
        problems.push(
          `the gate of ${event.phase} visit ${event.visit} comes out differently: ${verdict.reason}`,
        )
      }
    }
    const step = transition(state, entry)
    if (step.ok) state = step.state
  }
  return leaf('rederived: evidence gates', problems, `${count} gates decide as recorded`)
}

function noHead(): Verdict {
  const reason =
    'No --head was given: a bundle that was cut at its end and sealed again cannot be told from this one.'
  return { name: 'published head', status: 'warn', reason, subject: {}, findings: [], children: [] }
}

function whole(children: readonly Verdict[]): Verdict {
  const status = worstStatus(children.map((child) => child.status))
  const bad = children.filter((child) => child.status === 'fail')
  const reason =
    bad.length === 0
      ? 'The bundle is whole and its chains hold.'
      : `The bundle does not hold: ${bad.map((child) => child.name).join(', ')}.`
  return { name: 'ledger verify', status, reason, subject: {}, findings: [], children }
}
