/// <reference lib="dom" />
// The demo page and the page of runs in Chromium, with a microphone that is fed from a WAV. Needs a Chromium
// (CHROMIUM=/path/to/chromium, else /usr/bin/chromium); without one the tests are skipped and say so. A trained model may
// be named in RUBATO_DEMO_MODEL, and a folder for pictures in RUBATO_SHOTS.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSamples } from '../../src/data/index.ts'
import { type RunningServer, startServer } from '../../src/serve/serve.ts'
import { folderToRemove } from '../src/temporary.ts'
import { rubato, tinyFiles, trainTiny } from '../src/tinyRun.ts'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const hasChromium = existsSync(executablePath)
if (!hasChromium) console.warn(`SKIPPED: no Chromium at ${executablePath}. Set CHROMIUM to one.`)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe.skipIf(!hasChromium)('the demo page in a browser', () => {
  let folder: string
  let server: RunningServer
  let browser: Browser

  beforeAll(async () => {
    folder = folderToRemove(tinyFiles())
    const trained = process.env.RUBATO_DEMO_MODEL
    if (trained === undefined) await trainTiny(folder, ['eval=[]'])
    const model = trained ?? path.join(folder, 'run')
    server = await startServer({ models: [model], port: 0, runs: path.dirname(model) })
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${path.join(folder, 'clips/0.wav')}`,
        '--autoplay-policy=no-user-gesture-required',
      ],
    })
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(address: string, look: { width?: number; dark?: boolean } = {}) {
    const context = await browser.newContext({
      viewport: { width: look.width ?? 1280, height: 900 },
      colorScheme: look.dark ? 'dark' : 'light',
      permissions: ['microphone'],
    })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (protocol.startsWith('http') && origin !== server.url) faults.push(`asked elsewhere: ${request.url()}`)
    })
    await page.goto(server.url + address)
    await page.waitForSelector('body[data-ready]')
    return { page, faults }
  }
  const shoot = async (page: Page, name: string) => {
    if (process.env.RUBATO_SHOTS) await page.screenshot({ path: `${process.env.RUBATO_SHOTS}/${name}.png` })
  }
  async function serious(page: Page): Promise<string[]> {
    // By evaluate, not by a script element: the page's own policy forbids those.
    await page.evaluate(axe)
    return page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
        }
      ).axe.run()
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    })
  }
  const answered = (page: Page, n: number) =>
    page.waitForFunction((n) => document.querySelectorAll('.answer:not(.busy) .verdicts li').length >= n, n)

  it('takes a file, streams an answer, and judges it anew when the rubric is edited', async () => {
    const { page, faults } = await open('/')
    await page.setInputFiles('#file', path.join(folder, 'clips/2.wav'))
    await page.waitForSelector('#clips .mel canvas[width]')
    await page.fill('#question', 'what do you hear?')
    await page.click('#send')
    await answered(page, 3)
    expect(await page.textContent('.answer .said')).not.toBe('')
    const marks = () => page.$$eval('.answer .mark', (all) => all.map((mark) => mark.textContent))
    const edit = (text: string) => page.fill('#rubric', text)
    await edit(
      'name: r\ncriteria:\n  - { criterion: Is long., points: 1, verify: { kind: word-count, min: 500, max: 900 } }\n',
    )
    await page.waitForFunction(() => document.querySelectorAll('.answer .mark').length === 1)
    expect(await marks()).toEqual(['not met'])
    await edit('name: r\ncriteria:\n  - { criterion: Is short., points: 1, verify: { kind: word-count, max: 300 } }\n')
    await page.waitForFunction(() => document.querySelector('.answer .mark')?.textContent === 'met')
    expect(faults).toEqual([])
    expect(await serious(page)).toEqual([])

    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')])
    const file = path.join(folder, 'conversation.jsonl')
    await download.saveAs(file)
    const { samples } = await loadSamples(file)
    expect(samples[0]!.messages.at(-1)!.role).toBe('assistant')

    await edit('name: r\ncriteria:\n  - { criterion: Is short., pionts: 1 }\n')
    await page.waitForFunction(() => document.getElementById('rubric-fault')?.textContent?.includes('points'))
  }, 120_000)

  it('records from the microphone', async () => {
    const { page, faults } = await open('/', { dark: true, width: 390 })
    await page.click('#record')
    await page.waitForSelector('#record[aria-pressed=true]')
    await page.waitForTimeout(900)
    await page.click('#record')
    await page.waitForSelector('#clips .mel canvas[width]')
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
    await page.keyboard.type('what?')
    await page.keyboard.press('Enter')
    await answered(page, 3)
    await shoot(page, 'phone-dark')
    expect(faults).toEqual([])
    expect(await serious(page)).toEqual([])
  }, 120_000)

  it('shows the runs, their curves and what was rolled out', async () => {
    const { page, faults } = await open('/runs')
    await page.click('[data-run=run], [data-run]')
    await page.waitForSelector('.chart canvas')
    await page.waitForSelector('.rollouts .answer .verdicts li')
    await shoot(page, 'runs')
    expect(faults).toEqual([])
    expect(await serious(page)).toEqual([])
  }, 120_000)

  it('shows a run as it trains: its steps, its curves, and its end', async () => {
    const training = rubato(
      ['train', 'recipe.yaml', '--run', 'live', '--set', 'stages[0].sft.steps=150', '--set', 'eval=[]'],
      { cwd: folder },
    )
    const { page, faults } = await open('/runs')
    const steps = () => page.$eval('[data-run=live]', (name) => Number(name.closest('tr')!.cells[2]!.textContent))
    await page.click('[data-run=live]', { timeout: 30_000 })
    await page.waitForSelector('.chart canvas')
    const before = await steps()
    expect(before).toBeLessThan(100)
    await page.waitForFunction(
      (n) => Number(document.querySelector<HTMLElement>('[data-run=live]')?.closest('tr')?.cells[2]?.textContent) > n,
      before,
    )
    expect((await training).code).toBe(0)
    await page.waitForFunction(() => /Finished/.test(document.getElementById('run-facts')?.textContent ?? ''))
    expect(await steps()).toBe(158)
    expect(faults).toEqual([])
  }, 120_000)
})
