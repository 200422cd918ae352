/// <reference lib="dom" />
// The demo page and the page of runs in Chromium, with a microphone that is fed from a WAV. Needs a Chromium
// (CHROMIUM=/path/to/chromium, else /usr/bin/chromium); without one the tests are skipped and say so.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSamples } from '../../src/data/index.ts'
import { readAnswers, scoreAnswers } from '../../src/score/index.ts'
import { type RunningServer, startServer } from '../../src/serve/serve.ts'
import { folderToRemove } from '../src/temporary.ts'
import { rubato, tinyFiles, trainTiny } from '../src/tinyRun.ts'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const hasChromium = existsSync(executablePath)
if (!hasChromium) console.warn(`SKIPPED: no Chromium at ${executablePath}. Set CHROMIUM to one.`)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const LOOKS = [
  { dark: false, width: 1280 },
  { dark: true, width: 1280 },
  { dark: true, width: 390 },
  { dark: false, width: 390 },
]

describe.skipIf(!hasChromium)('the pages in a browser', () => {
  let folder: string
  let server: RunningServer
  let browser: Browser

  beforeAll(async () => {
    folder = folderToRemove(tinyFiles())
    await trainTiny(folder, ['eval[0].controls=[none]', 'eval[0].best_of=[1]'])
    // The same run under another name, and of another seed, so that two policies and two runs stand side by side.
    cpSync(path.join(folder, 'run'), path.join(folder, 'other'), { recursive: true })
    const recipe = path.join(folder, 'other/recipe.yaml')
    writeFileSync(recipe, readFileSync(recipe, 'utf8').replace(/^seed: .*$/m, 'seed: 99'))
    server = await startServer({
      models: [path.join(folder, 'run'), path.join(folder, 'other')],
      port: 0,
      runs: folder,
      clips: path.join(folder, 'clips'),
    })
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
      reducedMotion: 'reduce',
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
  async function serious(page: Page): Promise<string[]> {
    // By evaluate, not by a script element: the page's own policy forbids those.
    await page.evaluate(axe)
    return page.evaluate(async () => {
      interface Found {
        violations: { id: string; impact: string; nodes: { html: string; any: { message: string }[] }[] }[]
      }
      const { violations } = await (globalThis as unknown as { axe: { run(): Promise<Found> } }).axe.run()
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.any[0]?.message ?? ''}`)
    })
  }
  const answered = (page: Page, nAnswers: number) =>
    page.waitForFunction(
      (n) =>
        document.querySelectorAll('.answer:not(.busy) .verdicts li:first-child').length === n &&
        document.querySelectorAll('.answer').length === n,
      nAnswers,
    )
  const give = async (page: Page, clip: string) => {
    const before = await page.locator('#clips .clip').count()
    await page.setInputFiles('#file', path.join(folder, clip))
    await page.waitForFunction((n) => document.querySelectorAll('#clips .mel canvas[width]').length > n, before)
  }
  const alone = (page: Page) => page.selectOption('#beside', '')
  const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
  const criterion = (words: string, verify: string) =>
    `name: r\ncriteria:\n  - { criterion: ${words}, points: 1, verify: { ${verify} } }\n`

  it('takes a file, streams an answer, and judges it anew when the rubric is edited', async () => {
    const { page, faults } = await open('/')
    await alone(page)
    await give(page, 'clips/2.wav')
    // Each change of the words is kept, so that it is seen that they came in pieces.
    await page.evaluate(() => {
      const seen: string[] = []
      Object.assign(globalThis, { seen })
      new MutationObserver(() => seen.push(document.querySelector('.said')?.textContent ?? '')).observe(
        document.getElementById('turns')!,
        { childList: true, subtree: true, characterData: true },
      )
    })
    await page.fill('#question', 'what do you hear?')
    await page.click('#send')
    await answered(page, 1)
    const text = (await page.textContent('.answer .said'))!
    const seen = await page.evaluate(() => [...new Set((globalThis as unknown as { seen: string[] }).seen)])
    expect(text).not.toBe('')
    expect(seen.filter((piece) => piece !== '' && text.startsWith(piece)).length).toBeGreaterThan(1)
    expect(await page.textContent('.answer .note')).toMatch(/^\d+ tokens in [\d.]+ s, the first after [\d.]+ s$/)

    const marks = () => page.$$eval('.answer .mark', (all) => all.map((mark) => mark.textContent))
    await page.fill('#rubric', criterion('Is long.', 'kind: word-count, min: 500, max: 900'))
    await page.waitForFunction(() => document.querySelectorAll('.answer .mark').length === 1)
    expect(await marks()).toEqual(['not met'])
    await page.fill('#rubric', criterion('Is short.', 'kind: word-count, max: 300'))
    await page.waitForFunction(() => document.querySelector('.answer .mark')?.textContent === 'met')
    expect(await page.textContent('.answer .score')).toBe('1.00 of 1')

    await page.fill('#rubric', 'name: r\ncriteria:\n  - { criterion: Is short., pionts: 1 }\n')
    await page.waitForFunction(() => document.getElementById('rubric-fault')?.textContent?.includes('"points"'))
    await page.selectOption('#library', 'voice-assistant')
    await page.waitForFunction(() => document.getElementById('rubric-fault')?.textContent === '')
    expect(await page.locator('.answer .mark').count()).toBeGreaterThan(3)
    expect(faults).toEqual([])
  })

  it('marks the words that a verdict is about while it is pointed at', async () => {
    const { page, faults } = await open('/')
    await alone(page)
    await page.fill('#question', 'what?')
    await page.click('#send')
    await answered(page, 1)
    const word = /[\p{L}]+/u.exec((await page.textContent('.said')) ?? '')?.[0]
    expect(word).toBeDefined()
    await page.fill('#rubric', criterion('Says it.', `kind: contains, any_of: ["${word}"]`))
    await page.waitForSelector('.where')
    expect(await page.locator('.said mark').count()).toBe(0)
    await page.focus('.where')
    expect(await page.locator('.said mark').first().textContent()).toBe(word)
    await page.locator('.where').blur()
    expect(await page.locator('.said mark').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('records from the microphone, what is heard being what was said', async () => {
    const { page, faults } = await open('/', { width: 390 })
    await alone(page)
    await page.click('#record')
    await page.waitForSelector('#record[aria-pressed=true]')
    await page.waitForFunction(() => /Stop [1-9]/.test(document.getElementById('record-text')?.textContent ?? ''))
    await page.click('#record')
    await page.waitForSelector('#clips .mel canvas[width]')
    expect(await page.textContent('#clips .name')).toBe('recording 1')
    // The fake microphone is fed a tone of 220 Hz: most of the picture's light lies in its lowest bands.
    const shares = await page.$eval('#clips .mel canvas', (element) => {
      const canvas = element as HTMLCanvasElement
      const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      const light = [0, 0]
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) light[y < height / 2 ? 0 : 1]! += data[4 * (y * width + x)]!
      }
      return light
    })
    expect(shares[1]!).toBeGreaterThan(1.5 * shares[0]!)
    await page.click('#send') // without a question: that is how one talks
    await answered(page, 1)
    expect(await page.locator('.asked p').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('takes a recording that is dropped, holds a conversation of several, and exports it as a data line', async () => {
    const { page, faults } = await open('/')
    await alone(page)
    const bytes = readFileSync(path.join(folder, 'clips/1.wav')).toString('base64')
    await page.evaluate((bytes) => {
      const file = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'dropped.wav')
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(file)
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }))
    }, bytes)
    await page.waitForSelector('#clips .mel canvas[width]')
    await give(page, 'clips/2.wav')
    await page.fill('#question', 'what is the same?')
    await page.click('#send')
    await answered(page, 1)
    await page.click('#offered .link >> nth=0')
    await page.waitForSelector('#clips .mel canvas[width]')
    await page.click('.chip >> text=Describe')
    expect(await page.inputValue('#question')).toBe('describe the sounds.')
    await page.selectOption('#task', 'transcription')
    await page.waitForFunction(() =>
      /write|transcri|word|say|said/i.test((document.getElementById('question') as HTMLTextAreaElement).value),
    )
    await page.click('#send')
    await answered(page, 2)
    expect(await page.locator('.turn').first().locator('.asked .clip').count()).toBe(2)

    const score = Number((await page.textContent('.turn:last-child .score b')) ?? '')
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')])
    const file = path.join(folder, 'conversation.jsonl')
    await download.saveAs(file)
    const { samples } = await loadSamples(file)
    expect(samples[0]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
    const { answers } = await readAnswers(file)
    expect((await scoreAnswers(answers, {})).answers[0]!.score).toBeCloseTo(score, 2)

    await page.click('#begin-anew')
    expect(await page.locator('.turn').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('lets two policies answer side by side, each with its verdicts', async () => {
    const { page, faults } = await open('/')
    await give(page, 'clips/0.wav')
    await page.fill('#question', 'what?')
    await page.click('#send')
    await answered(page, 2)
    expect(await page.$$eval('.answer .who', (all) => all.map((who) => who.textContent))).toEqual(['run', 'other'])
    // One is a copy of the other, so they say the same.
    const said = await page.$$eval('.said', (all) => all.map((one) => one.textContent))
    expect(said[0]).toBe(said[1])
    expect(faults).toEqual([])
  })

  it('judges a recording itself, and marks on its waveform the time that a verdict is about', async () => {
    const { page, faults } = await open('/')
    await page.fill('#rubric', criterion('Is very short.', 'kind: measure, name: duration, at_most: 0.2'))
    expect(await page.isVisible('#judge')).toBe(false)
    await give(page, 'clips/0.wav')
    await page.click('#judge')
    await answered(page, 1)
    expect(await page.textContent('.mark')).toBe('not met')
    const regions = () =>
      page.$$eval('.answer .wave > div', (hosts) =>
        hosts.flatMap((host) => [...(host.shadowRoot?.querySelectorAll('[part~=region]') ?? [])].length),
      )
    expect(await regions()).toEqual([0])
    await page.hover('.where')
    expect(await regions()).toEqual([1])
    expect(faults).toEqual([])
  })

  it('can be used with the keyboard alone, and Escape ends an answer', async () => {
    const { page, faults } = await open('/')
    await alone(page)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page')
    for (let i = 0; i < 40; i++) {
      if (await page.evaluate(() => document.activeElement?.id === 'question')) break
      await page.keyboard.press('Tab')
    }
    await page.keyboard.type('what?')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('tell me')
    expect(await page.inputValue('#question')).toBe('what?\ntell me')
    await page.keyboard.press('Enter')
    await answered(page, 1)
    await page.fill('#temperature', '2') // a hot model goes on and on
    await page.focus('#question')
    await page.keyboard.type('again')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.answer.busy')
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.querySelectorAll('.answer.busy').length === 0)
    expect(await page.textContent('#send')).toBe('Ask')
    expect(faults).toEqual([])
  })

  it('says what is wrong where it happened: a file that is no sound, a conversation that is too long', async () => {
    const { page } = await open('/')
    await alone(page)
    await page.setInputFiles('#file', { name: 'a.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('<html>') })
    await page.waitForFunction(() => /no sound/.test(document.getElementById('status')?.textContent ?? ''))
    await page.fill('#question', 'word '.repeat(2000))
    await page.click('#send')
    await page.waitForSelector('.answer .note.bad')
    expect(await page.textContent('.answer .note')).toContain('positions')
  })

  it('shows the runs, their curves, and what was rolled out with the sound that was heard', async () => {
    const { page, faults } = await open('/runs')
    await page.click('[data-run=run]')
    await page.waitForSelector('#curves canvas')
    await page.waitForSelector('.rollouts .clip .mel canvas[width]')
    expect(await page.locator('.rollouts .answer').count()).toBe(4)
    expect(await page.locator('.rollouts .answer .score').first().textContent()).toMatch(
      /reward [-\d.]+ · advantage [+−]/,
    )
    const last = await page.inputValue('#step')
    await page.click('#step-before')
    await page.waitForFunction((n) => (document.getElementById('step') as HTMLSelectElement).value !== n, last)
    await page.selectOption('#step', { index: 0 })
    await page.waitForSelector('.rollouts details .scaffold', { state: 'attached' })
    await page.click('.rollouts summary >> text=/Saw \\d+ %/')
    expect(await page.isVisible('.rollouts .scaffold')).toBe(true)
    expect(faults).toEqual([])
  })

  it('puts runs side by side: scores, what differs in their recipes, and curves over each other', async () => {
    const { page, faults } = await open('/runs')
    await page.check('[data-compare=run]')
    await page.check('[data-compare=other]')
    await page.waitForSelector('#overlay canvas')
    expect(await page.$$eval('#differences tr', (rows) => rows.map((row) => row.textContent))).toEqual([
      'runother',
      'seed599',
    ])
    expect(await page.textContent('#scores')).toMatch(/after\d\.\d{3}/)
    expect(await page.locator('#overlay .legend').first().textContent()).toMatch(/run.*other/)
    expect(faults).toEqual([])
  })

  it('shows a run as it trains: its steps, its curves, and its end', async () => {
    const training = rubato(
      ['train', 'recipe.yaml', '--run', 'live', '--set', 'stages[0].sft.steps=150', '--set', 'eval=[]'],
      { cwd: folder },
    )
    const { page, faults } = await open('/runs')
    const look = () =>
      page.$eval('[data-run=live]', (name) => {
        const { cells } = name.closest('tr')!
        return { state: cells[2]!.textContent, steps: Number(cells[3]!.textContent) }
      })
    await page.click('[data-run=live]', { timeout: 200_000 })
    await page.waitForSelector('#curves canvas')
    const before = await look()
    expect(before.state).toBe('training')
    expect(before.steps).toBeLessThan(150)
    await page.waitForFunction(
      (n) => Number(document.querySelector<HTMLElement>('[data-run=live]')?.closest('tr')?.cells[3]?.textContent) > n,
      before.steps,
    )
    expect((await training).code).toBe(0)
    await page.waitForFunction(() => /Finished/.test(document.getElementById('run-facts')?.textContent ?? ''))
    await expect.poll(look, { timeout: 20_000 }).toEqual({ state: 'finished', steps: 158 })
    expect(faults).toEqual([])
  }, 300_000)

  it.each(LOOKS)('breaks no serious rule of axe-core and fits ($width px, dark: $dark)', async (look) => {
    const { page, faults } = await open('/', look)
    await give(page, 'clips/1.wav')
    await page.fill('#question', 'what?')
    await page.click('#send')
    await answered(page, 2)
    await give(page, 'clips/2.wav')
    expect(await serious(page)).toEqual([])
    expect(await fits(page)).toBe(true)

    const runs = await open('/runs', look)
    await runs.page.check('[data-compare=run]')
    await runs.page.check('[data-compare=other]')
    await runs.page.waitForSelector('#overlay canvas')
    await runs.page.click('[data-run=run]')
    await runs.page.waitForSelector('.rollouts .clip .mel canvas[width]')
    expect(await serious(runs.page)).toEqual([])
    expect(await fits(runs.page)).toBe(true)
    expect([...faults, ...runs.faults]).toEqual([])
  })
})
