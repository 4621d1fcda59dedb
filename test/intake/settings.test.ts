// Owns the proof that settings are read strictly and that every mistake is named at once, with its place.
import { expect, test } from 'vitest'
import { renderYamlProblem } from '../../src/contracts/strict-yaml.ts'
import { defaultSettings, parseSettings } from '../../src/intake/settings.ts'

function problems(text: string): string[] {
  const result = parseSettings(text)
  return result.ok ? [] : result.problems.map(renderYamlProblem)
}

test('a file with a version alone gives the defaults', () => {
  expect(parseSettings('version: 1\n')).toEqual({ ok: true, value: defaultSettings() })
})

test('all mistakes come at once, sorted by line, each with what to do', () => {
  const text = `version: 1
risk_tier: high
bugdet:
  iterations: 3
budget:
  minutes: 0
  itterations: 2
gates:
  tests: enfroce
gate_seconds:
  tetss: 60
install:
  allow_hosts: [registry.example, "no spaces please"]
transcripts: yes
`
  expect(problems(text)).toEqual([
    '.github/autopilot.yml:2:12  "risk_tier" must be 1 or 2 or 3, not "high".',
    '.github/autopilot.yml:3:1  "bugdet" is not a setting. Did you mean "budget"?',
    '.github/autopilot.yml:6:12  "budget.minutes" must be a whole number from 1 to 360, not 0.',
    '.github/autopilot.yml:7:3  "itterations" is not a setting. Did you mean "iterations"?',
    '.github/autopilot.yml:9:10  "gates.tests" must be one of off, observe, enforce, not "enfroce".',
    '.github/autopilot.yml:11:3  "tetss" is not a setting. Did you mean "tests"?',
    '.github/autopilot.yml:13:35  "install.allow_hosts[1]" must be text that matches ^[a-z0-9.-]+(:\\d+)?$, not "no spaces please".',
    '.github/autopilot.yml:14:14  "transcripts" must be true or false, not "yes".',
  ])
})

test('a swap of two letters is one slip, also in a short word', () => {
  expect(problems('version: 1\ngaets: {}\n')).toEqual([
    '.github/autopilot.yml:2:1  "gaets" is not a setting. Did you mean "gates"?',
  ])
})

test('a key that resembles nothing gets the list of what is known there', () => {
  expect(problems('version: 1\nbudget:\n  colour: red\n')).toEqual([
    '.github/autopilot.yml:3:3  "colour" is not a setting. Known here: iterations, minutes, money_usd, tokens.',
  ])
})

test('an empty file says what is missing', () => {
  expect(problems('')).toEqual(['.github/autopilot.yml:1:1  The file must be a mapping, not empty.'])
  expect(problems('risk_tier: 2\n')).toEqual([
    '.github/autopilot.yml:1:1  "version" is missing. It must be 1.',
  ])
})

test('a key that stands twice is named at its second place', () => {
  expect(problems('version: 1\nrisk_tier: 1\nversion: 1\n')).toEqual([
    '.github/autopilot.yml:3:1  "version" stands here a second time, first on line 1. Keep one.',
  ])
})

test('text that is no YAML is named at its place', () => {
  expect(problems('version: 1\n\tbudget: {}\n')).toEqual([
    '.github/autopilot.yml:2:1  Tab characters must not be used in indentation. Correct the YAML.',
  ])
})

test('anchors, aliases, tags and a second document are refused, so nothing can grow or hide', () => {
  const bomb = 'a: &a [x,x]\nb: &b [*a,*a]\nversion: !!int 1\n'
  expect(problems(bomb).map((line) => line.replace(/^\S+ {2}/, ''))).toEqual([
    'Anchors and aliases are not read here. Write the value out.',
    'Anchors and aliases are not read here. Write the value out.',
    'Anchors and aliases are not read here. Write the value out.',
    'Anchors and aliases are not read here. Write the value out.',
    'Tags are not read here. Write a plain value.',
  ])
  expect(problems('version: 1\n---\nversion: 1\n')).toHaveLength(1)
})

test('a key that could reach a prototype is refused', () => {
  expect(problems('version: 1\ngates:\n  __proto__: off\n')).toEqual([
    '.github/autopilot.yml:3:3  "__proto__" cannot be a key. Remove it.',
  ])
})

test('deep nesting and a huge file are refused, not parsed for ever', () => {
  expect(problems(`version: ${'['.repeat(5000)}`)).toHaveLength(1)
  expect(problems(`version: 1 #${'x'.repeat(300_000)}`)).toHaveLength(1)
})
