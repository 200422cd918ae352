import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../../src/report/index.ts'
import { writeFixtureRun } from './fixture.ts'

const HOSTILE = '</script><!--<script><img src=x onerror="hacked=1">"\'&amp;\u2028</textarea></style>'
let root: string
let page: string
let folder: string

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'rubato-page-'))
  folder = path.join(root, 'run')
  await writeFixtureRun(folder, { nSamples: 12, nSteps: 6, group: 4, clipSeconds: 1.2, hostile: HOSTILE })
  page = await readFile(await writeReport(folder), 'utf8')
})
afterAll(() => rm(root, { recursive: true }))

/** The page without the code and data that it carries, which hold markup characters of their own. */
const markup = () => page.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, '')

describe('writeReport', () => {
  it('writes report.html into the run folder', () => {
    expect(page.startsWith('<!doctype html>')).toBe(true)
    expect(page.endsWith('</html>\n')).toBe(true)
  })

  it('keeps hostile text of the run from becoming markup', () => {
    expect(page.match(/<script\b/g)).toHaveLength(2 + 4) // curves and mel data; uPlot and three modules
    expect(page.match(/<\/script>/g)).toHaveLength(2 + 4)
    expect(markup().match(/<img|<!--|<textarea|hacked=1"/g)).toBe(null)
    expect(markup().includes('&#60;/script&#62;')).toBe(true)
  })

  it('holds every part, and its data parses', () => {
    for (const id of [
      'summary',
      'curves',
      'criteria',
      'examples',
      'rollouts',
      'alarms',
      'recipe',
      'time',
      'environment',
    ]) {
      expect(page.includes(`<section id="${id}"`), id).toBe(true)
    }
    const data = (id: string) => JSON.parse(new RegExp(`id="${id}">(.*?)</script>`, 's').exec(page)![1]!)
    expect(data('curves-data').length).toBeGreaterThan(8)
    expect(Object.keys(data('mel-data')).length).toBeGreaterThan(4)
  })

  it('loads nothing from anywhere: every source is a data URL and every link stays in the page', () => {
    const sources = [...markup().matchAll(/\s(?:src|href)="([^"]*)"/g)].map((match) => match[1]!)
    expect(sources.length).toBeGreaterThan(10)
    for (const source of sources) expect(source).toMatch(/^(data:|#)/)
    expect(page.includes('content="default-src &#39;none&#39;; script-src &#39;sha256-')).toBe(true)
  })

  it('writes a clip’s sound once, however often it is shown', () => {
    const urls = [...page.matchAll(/src="(data:audio[^"]*)"/g)].map((match) => match[1])
    expect(new Set(urls).size).toBe(urls.length)
    expect(page.includes('data-same-as=')).toBe(true)
  })

  it('gives the same bytes for the same folder', async () => {
    const again = await readFile(await writeReport(folder, { out: path.join(root, 'again.html') }), 'utf8')
    expect(again === page).toBe(true)
  })

  it('shows the reference of an example, and what others answered to it, as text', async () => {
    const file = await readFile(path.join(folder, 'answers/after-none.jsonl'), 'utf8')
    const ids = file
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { sample_id: string }).sample_id)
    expect(page.match(/<h4>Reference<\/h4>/g)!.length).toBe(page.match(/<article class="example"/g)!.length)
    const beside = [{ name: 'Another <b>', answers: new Map(ids.map((id) => [id, '<i>theirs</i>'])) }]
    const text = await readFile(await writeReport(folder, { beside, out: path.join(root, 'beside.html') }), 'utf8')
    expect(text.match(/Another &#60;b&#62;<\/span><\/h4>/g)!.length).toBe(
      text.match(/<article class="example"/g)!.length,
    )
    expect(text.includes('<i>theirs')).toBe(false)
  })

  it('stays under the size asked for by shortening and leaving out sound', async () => {
    const full = Buffer.byteLength(page)
    const small = await readFile(
      await writeReport(folder, { maxBytes: full - 150_000, out: path.join(root, 'small.html') }),
    )
    expect(small.length).toBeLessThanOrEqual(full - 150_000)
    expect(/first \d\.\d s of/.test(small.toString())).toBe(true)
  })

  it('says what is missing instead of drawing it', async () => {
    const bare = path.join(root, 'bare')
    await mkdir(bare)
    await writeFile(path.join(bare, 'recipe.yaml'), 'name: bare\n')
    const text = await readFile(await writeReport(bare), 'utf8')
    for (const said of [
      'This run holds no evaluation',
      'metrics.jsonl is missing or empty',
      'No answers were kept',
      'The folder rollouts/ is missing or empty',
      'alarms.jsonl is missing',
      'The run recorded no times',
      'summary.json is missing',
    ]) {
      expect(text).toContain(said)
    }
    expect(text).not.toContain('class="plot"')
  })
})
