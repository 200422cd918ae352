/**
 * The pictures of docs/serve.md, taken of pages that serve real runs:
 *
 *     npx tsx scripts/demoPictures.ts RUNS CLIPS [FOLDER]
 *
 * RUNS holds run folders, of which the first two are shown; the first is served, with its first checkpoint beside it. CLIPS holds recordings, of which one is asked about; FOLDER is
 * where the pictures go (docs). Needs a Chromium (CHROMIUM=/path/to/chromium, else /usr/bin/chromium).
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { startServer } from '../src/serve/serve.ts'

const [runs = 'runs', clips = 'data/quickstart/clips', folder = 'docs'] = process.argv.slice(2)
const names = readdirSync(runs, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .slice(0, 2)
const run = path.resolve(runs, names[0]!)
const [before = ''] = readdirSync(path.join(run, 'checkpoints'))
const models = [path.join(run, 'checkpoints', before), run]
const [clip = '', another = ''] = readdirSync(clips)
  .filter((file) => /^eval-\d+\.wav$/.test(file))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
const server = await startServer({ models, port: 0, runs, clips })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--force-prefers-reduced-motion'],
})

async function open(address: string, { width = 1280, height = 900, dark = false } = {}): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    deviceScaleFactor: width < 500 ? 2 : 1,
  })
  page.on('console', (message) => message.type() === 'error' && console.error(`${address}: ${message.text()}`))
  page.on('pageerror', (error) => console.error(`${address}: ${error.message}`))
  page.setDefaultTimeout(240_000)
  await page.goto(server.url + address)
  // How long an answer took says nothing in a picture.
  await page.addStyleTag({ content: '.turn .asked + .answers .note { display: none }' })
  await page.waitForSelector('body[data-ready]')
  return page
}
const shoot = async (page: Page, name: string) => {
  await page.waitForTimeout(400)
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  await page.close()
}
const asked = async (page: Page, file: string, question: string) => {
  await page.setInputFiles('#file', path.join(clips, file))
  await page.waitForSelector('#clips .mel canvas[width]')
  await page.fill('#question', question)
  await page.click('#send')
  await page.waitForFunction(
    () => document.querySelectorAll('.answer').length === document.querySelectorAll('.verdicts li:first-child').length,
  )
  await page.waitForTimeout(600)
}
const RUBRIC = `name: scene
criteria:
  - criterion: Names a tabla.
    points: 3
    verify: { kind: contains, any_of: [tabla] }
  - criterion: Says how often it is heard.
    points: 3
    verify: { kind: contains, any_of: [once, twice, two times, three times, four times] }
  - criterion: Takes at most 24 words.
    points: 1
    verify: { kind: word-count, max: 24 }
  - criterion: Invents a robot.
    points: -3
    verify: { kind: contains, any_of: [robot, robots] }
`

const demo = await open('/', { height: 1180 })
await demo.fill('#rubric', RUBRIC)
await asked(demo, clip, 'describe the sounds.')
await demo.hover('.where')
await shoot(demo, 'demo')

const phone = await open('/', { width: 390, height: 844, dark: true })
await phone.selectOption('#beside', '')
await asked(phone, another, 'what do you hear?')
await shoot(phone, 'demo-phone')

const spoken = await open('/', { dark: true })
await spoken.fill(
  '#rubric',
  `name: spoken
criteria:
  - criterion: Begins within half a second.
    points: 3
    verify: { kind: measure, name: leading-silence, at_most: 0.5 }
  - criterion: Lasts at most two seconds.
    points: 2
    verify: { kind: measure, name: duration, at_most: 2 }
  - criterion: Is cut off by its level.
    points: -3
    verify: { kind: measure, name: clipping, at_least: 0.001 }
`,
)
await spoken.setInputFiles('#file', path.join(clips, clip))
await spoken.waitForSelector('#clips .mel canvas[width]')
await spoken.click('#judge')
await spoken.waitForSelector('.verdicts li')
await spoken.locator('.where').last().hover()
await shoot(spoken, 'demo-recording')

const list = await open('/runs', { height: 860 })
await list.click(`[data-run=${names[0]}]`)
await list.waitForSelector('.rollouts .answer')
await list.evaluate(() => document.getElementById('rollouts-part')?.scrollIntoView())
await list.waitForTimeout(800)
await shoot(list, 'runs-rollouts')

const compared = await open('/runs', { height: 1000 })
for (const name of names) await compared.check(`[data-compare=${name}]`)
await compared.waitForSelector('#overlay canvas')
await shoot(compared, 'runs')

await browser.close()
await server.close()
