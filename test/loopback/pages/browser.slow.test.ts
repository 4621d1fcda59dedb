import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { needsTool } from '../../fakes/require-tool.ts'
import { openArena } from '../arena.ts'
import type { Showcase } from './showcase.ts'
import { furnishShowcase } from './showcase.ts'

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** One for all tests: it takes longer to start than a test to run. */
let browser: Promise<Browser> | undefined
const theBrowser = () => (browser ??= chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS }))
afterAll(async () => (await browser)?.close())

interface Visitor extends Showcase {
  /** errors of the console and of scripts on any page that was opened */
  readonly errors: string[]
  open(path: string, width?: number): Promise<Page>
}

async function visitor(): Promise<Visitor> {
  const { loopback } = await openArena()
  const shown = await furnishShowcase(loopback)
  const browser = await theBrowser()
  const errors: string[] = []
  return {
    ...shown,
    errors,
    async open(path, width = 1280) {
      const page = await browser.newPage({ viewport: { width, height: 800 } })
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('requestfailed', (request) => errors.push(`not loaded: ${request.url()}`))
      await page.goto(loopback.origin + path)
      return page
    },
  }
}

test('a person reads an issue, and what others wrote runs nothing', async (context) => {
  needsTool(context, 'chromium')
  const { open, errors } = await visitor()
  const page = await open('/acme/widgets/issues/1')
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(
    'sum leaves out the first number <b>always</b> #1',
  )
  expect(await page.title()).toBe('sum leaves out the first number <b>always</b> · Issue #1')
  expect(await page.getByText("<script>document.title = 'taken over'").isVisible()).toBe(true)
  expect(await page.evaluate('window.ran')).toBeUndefined()
  expect(await page.locator('script, img, iframe, [onerror]').count()).toBe(0)
  expect(await page.getByRole('link', { name: 'a page' }).count()).toBe(0)
  const plan = page.getByRole('article').filter({ hasText: 'correct the loop' })
  expect(await plan.innerText()).toMatch(
    /^WI\s+widgets-bot App commented .* UTC\s+Plan: correct the loop.*\+1 1$/s,
  )
  expect(await page.getByText('hidden as off topic').isVisible()).toBe(true)
  expect(await page.getByText('long-address').isVisible()).toBe(false)
  await page.getByRole('link', { name: '#2' }).click()
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Add every number #2')
  expect(errors).toEqual([])
})

test('a person reads a pull request: its conversation, its checks and its files', async (context) => {
  needsTool(context, 'chromium')
  const { open, errors } = await visitor()
  const page = await open('/acme/widgets/pull/2')
  const talk = page.getByRole('region', { name: 'Conversation' })
  expect(await talk.innerText()).not.toContain('plan 7')
  expect(await talk.getByRole('cell', { name: 'the first number counts' }).isVisible()).toBe(true)
  expect(await talk.getByText('It passes on this branch.').isVisible()).toBe(false)
  await talk.getByText('How it was measured').click()
  expect(await talk.getByText('It passes on this branch.').isVisible()).toBe(true)
  const thread = page.getByRole('region', { name: 'Thread on src/sum.js' })
  expect(await thread.innerText()).toMatch(/line 2.*Does this skip holes\?.*It does, as before\./s)
  expect(await page.getByRole('region', { name: 'Merging is blocked' }).innerText()).toContain(
    'Changes have been requested by ben.',
  )

  await page.getByRole('link', { name: 'Checks 3' }).click()
  const gates = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'gates' }) })
  expect(await gates.innerText()).toMatch(/gates.*failed.*2 of 3 gates passed/s)
  expect(await gates.getByRole('table', { name: 'Annotations of gates' }).innerText()).toMatch(
    /src\/sum\.js:2\s+Behaviour of sparse lists warning/,
  )
  expect(await gates.getByText('<u>any</u>').isVisible()).toBe(true)

  await page.getByRole('link', { name: 'Files changed 3' }).click()
  const diff = page.getByRole('table', { name: 'Diff of src/sum.js' })
  const rows = await diff.getByRole('row').allInnerTexts()
  const at = rows.findIndex((row) => row.includes('numbers.reduce('))
  expect(rows[at]).toMatch(/^\s*2\s+\+\s+return numbers/)
  expect(rows[at + 1]).toMatch(/Behaviour of sparse lists.*Does this skip holes\?/s)
  expect(await page.getByText('A binary file: its content is not shown.').isVisible()).toBe(true)
  expect(errors).toEqual([])
})

test('a person reads a workflow run: steps, log, summary and artifacts', async (context) => {
  needsTool(context, 'chromium')
  const { open, errors } = await visitor()
  const page = await open('/acme/widgets/actions')
  await page.getByRole('link', { name: 'Add every number' }).click()
  expect(await page.getByRole('table', { name: 'Steps of test' }).innerText()).toMatch(
    /successful\s*Set up job.*failed\s*Run npm test.*skipped\s*Upload coverage/s,
  )
  expect(await page.getByText('not ok 14 sum > sparse <script>').isVisible()).toBe(true)
  expect(await page.getByText('shell: /usr/bin/bash').isVisible()).toBe(false)
  await page.locator('.log summary').click()
  expect(await page.getByText('shell: /usr/bin/bash').isVisible()).toBe(true)
  expect(await page.getByRole('region', { name: 'Summary of test' }).innerText()).toContain('1 of 14 failed')
  expect(await page.getByRole('table', { name: 'Artifacts' }).innerText()).toMatch(
    /coverage\s+20\.0 KB\s+sha256:/,
  )
  expect(await page.evaluate('window.ran')).toBeUndefined()
  expect(errors).toEqual([])
})

test('no page is wider than a phone, in light or dark', async (context) => {
  needsTool(context, 'chromium')
  const { open, run, errors } = await visitor()
  const paths = [
    '/',
    '/acme/widgets',
    '/acme/widgets/issues/1',
    '/acme/widgets/pull/2',
    '/acme/widgets/pull/2/checks',
    '/acme/widgets/pull/2/files',
    '/acme/widgets/actions',
    `/acme/widgets/actions/runs/${run.id}`,
  ]
  const page = await open('/', 390)
  for (const path of paths) {
    await page.goto(new URL(path, page.url()).href)
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 390])
  }
  const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
  const light = await paper()
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await paper()).not.toBe(light)
  expect(errors).toEqual([])
})
