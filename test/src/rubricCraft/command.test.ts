import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { loadRubric, parseHealthBench } from '../../../rubrics/index.ts'
import { addRubric } from '../../../src/cli/commands/rubric.ts'
import { runCli } from '../../../src/cli/program.ts'

const home = mkdtempSync(join(tmpdir(), 'rubato-rubric-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(home, name), text)
  return join(home, name)
}

async function rubato(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const io = { stdin: new PassThrough(), stdout, stderr, signal: new AbortController().signal }
  const code = await runCli(['rubric', ...words], io, [
    addRubric({ craft: () => import('../../../src/rubricCraft/index.ts') }),
  ])
  const all = (stream: PassThrough) => String(stream.read() ?? '')
  return { code, out: all(stdout), err: all(stderr) }
}

describe('rubato rubric lint', () => {
  const bad = file(
    'bad.yaml',
    'name: bad\ncriteria:\n  - { id: a, criterion: Clarity, points: 2 }\n  - { id: b, criterion: Names it., points: -1 }\n',
  )
  const wrong = file('wrong.yaml', 'name: wrong\ncriteria:\n  - { criterion: Quotes a price., points: -1 }\n')

  it('finds nothing in the library', async () => {
    expect(await rubato('lint', '--strict')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/: 0 errors, 0 warnings\n$/),
    })
  })

  it('fails on an error, and on a warning only when it is strict', async () => {
    expect((await rubato('lint', wrong)).code).toBe(1)
    const found = await rubato('lint', bad)
    expect(found.code).toBe(0)
    expect(found.out).toContain(`${bad} criteria[0] "a" warning vague: "Clarity" is a heading.`)
    expect((await rubato('lint', bad, '--strict')).code).toBe(1)
    expect((await rubato('lint', bad, '--strict', '--allow', 'vague')).code).toBe(0)
  })

  it('gives JSON, and exit 2 for a rule or a rubric that is none', async () => {
    const [linted] = JSON.parse((await rubato('lint', bad, '--json')).out) as { findings: { rule: string }[] }[]
    expect(linted!.findings.map(({ rule }) => rule)).toEqual(['vague'])
    expect(await rubato('lint', bad, '--allow', 'vage')).toMatchObject({
      code: 2,
      err: '--allow vage: unknown rule. Did you mean "vague"?\n',
    })
    expect((await rubato('lint', 'no-such')).code).toBe(2)
  })
})

describe('rubato rubric import and export', () => {
  it('writes HealthBench lines that come back with the same criteria', async () => {
    const { out } = await rubato('export', 'audio-qa', 'customer-call', '--to', 'healthbench')
    const back = parseHealthBench(out)
    expect(back.map(({ rubric }) => rubric.criteria)).toEqual([
      (await loadRubric('audio-qa')).criteria,
      (await loadRubric('customer-call')).criteria,
    ])
    const lines = file('health.jsonl', out)
    const folder = join(home, 'health')
    expect((await rubato('import', lines, '--out', folder)).code).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(['audio-qa.yaml', 'customer-call.yaml'])
    expect((await loadRubric(join(folder, 'audio-qa.yaml'))).criteria).toEqual((await loadRubric('audio-qa')).criteria)
    expect(await rubato('import', lines, '--out', folder)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already.'),
    })
    expect((await rubato('import', lines, '--out', folder, '--overwrite')).code).toBe(0)
  })

  it('writes a promptfoo file, reads it, and says what is left out', async () => {
    const config = join(home, 'promptfooconfig.yaml')
    const away = await rubato('export', 'voice-assistant', '--to', 'promptfoo', '--out', config)
    expect(away).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('warning: voice-assistant pace: promptfoo has no speaking-rate'),
    })
    expect(readFileSync(config, 'utf8')).toContain('type: llm-rubric')
    const back = await rubato('import', config, '--out', join(home, 'back'))
    expect(back.code).toBe(0)
    expect(back.err).toContain('javascript has no counterpart in a rubric.')
    expect(readdirSync(join(home, 'back'))).toEqual(['voice-assistant.yaml'])
  })

  it('keeps rubrics of hostile names in their folder', async () => {
    const line = { prompt_id: '../../evil', prompt: [], rubrics: [{ criterion: 'x', points: 1, tags: [] }] }
    const lines = file('evil.jsonl', `${JSON.stringify(line)}\n`)
    expect((await rubato('import', lines, '--out', join(home, 'evil'))).code).toBe(0)
    expect(readdirSync(join(home, 'evil'))).toEqual(['evil.yaml'])
  })
})

describe('rubato rubric calibrate', () => {
  it('prints κ over all and by criterion, or all of it as JSON', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      answer: `a${i}`,
      criterion: 'c',
      human: i % 2 === 0,
      judge: i % 2 === 0 && i > 3,
    }))
    const judgements = file('j.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const { code, out } = await rubato('calibrate', judgements)
    expect(code).toBe(0)
    expect(out).toMatch(/^agreement +95\.0 %$/m)
    expect(out).toMatch(/^Cohen’s κ +0\.90 \(95 %: 0\.\d\d to (0\.\d\d|1\.00)\)$/m)
    expect(JSON.parse((await rubato('calibrate', judgements, '--json')).out)).toMatchObject({
      n: 40,
      falseUnmet: 0.1,
      lengthBias: null,
    })
  })

  it('refuses a file that is not there and a judge without a model', async () => {
    expect((await rubato('calibrate', join(home, 'none.jsonl'))).code).toBe(2)
    expect((await rubato('calibrate', 'audio-qa', '--judge', 'http://127.0.0.1:1/v1')).err).toContain('--judge-model')
  })
})
