/// <reference lib="dom" />
// Opens the report in Chromium, from file://, as a reader would. Needs a Chromium (CHROMIUM=/path/to/chromium, else
// /usr/bin/chromium); without one the tests are skipped and say so.
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../src/report/index.ts'
import { writeFixtureRun } from '../src/report/fixture.ts'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const hasChromium = existsSync(executablePath)
if (!hasChromium) {
  console.warn(`SKIPPED: no Chromium at ${executablePath}, so nothing was checked in a browser. Set CHROMIUM to one.`)
}
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const HOSTILE = '</script><!--<script><img src=x onerror="window.hacked=1"><svg onload="window.hacked=1">'

describe.skipIf(!hasChromium)('the report in a browser', () => {
  let root: string
  let browser: Browser
  const reports = { plain: '', hostile: '' }

  beforeAll(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'rubato-browser-'))
    for (const [name, hostile] of [
      ['plain', ''],
      ['hostile', HOSTILE],
    ] as const) {
      await writeFixtureRun(path.join(root, name), { nSamples: 24, nSteps: 40, hostile })
      reports[name] = pathToFileURL(await writeReport(path.join(root, name))).href
    }
    browser = await chromium.launch({ executablePath, args: ARGS })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await rm(root, { recursive: true, force: true })
  })

  async function open(
    report: keyof typeof reports,
    look: { width?: number; dark?: boolean; script?: boolean } = {},
  ): Promise<{ page: Page; errors: string[]; requests: string[] }> {
    const page = await browser.newPage({
      viewport: { width: look.width ?? 1280, height: 900 },
      colorScheme: look.dark ? 'dark' : 'light',
      javaScriptEnabled: look.script ?? true,
    })
    const errors: string[] = []
    const requests: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
    })
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('request', (request) => requests.push(request.url().slice(0, 80)))
    await page.goto(reports[report])
    return { page, errors, requests }
  }

  const openAll = (page: Page) =>
    page.$$eval('details', (all) => {
      for (const details of all) details.open = true
    })

  /** Share of a canvas's pixels that are neither transparent nor like its first. */
  const inked = (page: Page, selector: string) =>
    page.$$eval(selector, (canvases) =>
      canvases.map((element) => {
        const canvas = element as HTMLCanvasElement
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        let inked = 0
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3]! > 0 && (data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 3] !== data[3])) inked++
        }
        return inked / (data.length / 4)
      }),
    )

  it('opens without an error and asks for nothing but itself', async () => {
    const { page, errors, requests } = await open('plain')
    expect(errors).toEqual([])
    expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([])
    expect(requests.filter((url) => url.startsWith('file:'))).toHaveLength(1)
    await page.close()
  })

  it('draws every chart and every mel picture', async () => {
    const { page } = await open('plain')
    await page.waitForSelector('.plot canvas')
    const shown = await page.$$eval('.plot', (plots) => plots.filter((p) => p.checkVisibility()).length)
    const charts = await inked(page, '.plot canvas')
    expect(charts).toHaveLength(shown)
    for (const share of charts) expect(share).toBeGreaterThan(0.005)
    const mels = await inked(page, 'canvas.mel')
    expect(mels.length).toBeGreaterThan(8)
    for (const share of mels) expect(share).toBeGreaterThan(0.2)
    await page.close()
  })

  it('draws the curves behind "More curves" once they are opened', async () => {
    const { page } = await open('plain')
    const before = await page.locator('.plot canvas').count()
    await page.locator('details.more > summary', { hasText: 'More curves' }).last().click()
    await page.waitForFunction((n) => document.querySelectorAll('.plot canvas').length > n, before)
    await page.close()
  })

  it('smooths and shows the measured curve again', async () => {
    const { page } = await open('plain')
    const picture = () =>
      page
        .locator('.plot canvas')
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
    await page.waitForSelector('.plot canvas')
    const smooth = await picture()
    await page.getByLabel('Smooth the curves').uncheck()
    expect(await picture()).not.toBe(smooth)
    await page.getByLabel('Smooth the curves').check()
    expect(await picture()).toBe(smooth)
    await page.close()
  })

  it('loads every sound', async () => {
    const { page } = await open('plain')
    const loaded = () => page.$$eval('audio', (all) => all.map((a) => (a as HTMLAudioElement).duration))
    await expect.poll(async () => (await loaded()).every((seconds) => seconds > 0), { timeout: 10_000 }).toBe(true)
    expect((await loaded()).length).toBeGreaterThan(8)
    await page.close()
  })

  it('plays, moves the playhead, and stops one clip when another starts', async () => {
    const { page } = await open('plain')
    const audio = page.locator('audio')
    const play = (i: number) => audio.nth(i).evaluate((a) => (a as HTMLAudioElement).play())
    await page.$$eval('audio', (all) => {
      for (const a of all) (a as HTMLAudioElement).muted = true
    })
    await play(0)
    await expect
      .poll(() =>
        page
          .locator('.playhead')
          .first()
          .evaluate((p) => Number.parseFloat((p as HTMLElement).style.left)),
      )
      .toBeGreaterThan(0)
    await play(1)
    expect(await audio.nth(0).evaluate((a) => (a as HTMLAudioElement).paused)).toBe(true)
    await page.close()
  })

  it('reads a chart step by step with the arrow keys', async () => {
    const { page } = await open('plain')
    await page.waitForSelector('.plot canvas')
    const plot = page.locator('.plot').first()
    await plot.focus()
    const last = Number(await plot.getAttribute('aria-valuenow'))
    await plot.press('ArrowLeft')
    expect(Number(await plot.getAttribute('aria-valuenow'))).toBe(last - 1)
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^step \d+: loss [\d.]+$/)
    await plot.press('Home')
    expect(await plot.getAttribute('aria-valuenow')).toBe(await plot.getAttribute('aria-valuemin'))
    await page.close()
  })

  it('changes the step of the rollouts with the keyboard alone, and opens an answer with Enter', async () => {
    const { page } = await open('plain')
    await page.locator('input[name=rollout-step]').first().focus()
    await page.keyboard.press('ArrowRight')
    const step = await page.locator('input[name=rollout-step]:checked').getAttribute('value')
    const visible = page.locator('article.group:visible')
    expect(await visible.count()).toBe(1)
    expect(await visible.getAttribute('data-step')).toBe(step)
    await visible.locator('summary').first().focus()
    await page.keyboard.press('Enter')
    expect(await visible.locator('details[open] .scaffold').first().textContent()).toContain('POINTS TO INCLUDE')
    await page.close()
  })

  it('begins with a link that skips to the results', async () => {
    const { page } = await open('plain')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#summary')
    await page.close()
  })

  it('runs nothing that a model or a data set wrote, and shows it as text', async () => {
    const { page, errors } = await open('hostile')
    await page.waitForSelector('.plot canvas')
    await openAll(page)
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(await page.locator('img, main svg[onload]').count()).toBe(0)
    expect(await page.locator('.answer .run-text').first().textContent()).toContain(HOSTILE)
    expect(errors).toEqual([])
    await page.close()
  })

  it.each([390, 768, 1280])('is never wider than a window of %i pixels', async (width) => {
    for (const report of ['plain', 'hostile'] as const) {
      const { page } = await open(report, { width })
      await page.waitForSelector('.plot canvas')
      await openAll(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      await page.close()
    }
  })

  it('shows everything but the curves without its scripts', async () => {
    const { page } = await open('plain', { script: false })
    expect(await page.locator('article.group').count()).toBe(8)
    expect(await page.locator('article.group:visible').count()).toBe(8)
    expect(await page.locator('.waveform').first().isVisible()).toBe(true)
    await page.close()
  })

  it.each([{ dark: false }, { dark: true }])(
    'breaks no rule of axe-core (dark: $dark)',
    async (look) => {
      const { page } = await open('plain', look)
      await page.waitForSelector('.plot canvas')
      await openAll(page)
      await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
      const found = await page.evaluate(`axe.run().then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.length + ' × ' + nodes[0].html.slice(0, 160) + ' ' + nodes[0].any.map((a) => a.message).join('; ')))`)
      expect(found).toEqual([])
      await page.close()
    },
    60_000,
  )
})
