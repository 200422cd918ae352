import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { demoPage } from './page/demo.ts'
import { runsPage } from './page/runsView.ts'
import { style } from './page/style.ts'

const CLIENT = ['demo', 'runs', 'wire', 'sound', 'verdicts']
const LIBRARIES: Readonly<Record<string, string>> = {
  'wavesurfer.js': 'wavesurfer.js/dist/wavesurfer.esm.js',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
}
const IMPORTS = JSON.stringify({ imports: { 'wavesurfer.js': '/assets/wavesurfer.js', uplot: '/assets/uplot.js' } })

/** Nothing is loaded from elsewhere; sounds and pictures are made in the page. */
const POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(IMPORTS).digest('base64')}'`,
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self' blob: data:",
  "img-src 'self' blob: data:",
  'media-src blob: data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The two pages and their files. */
export function addAssets(app: Hono): void {
  const pages: Readonly<Record<string, string>> = { '/': demoPage(IMPORTS), '/runs': runsPage(IMPORTS) }
  for (const [address, page] of Object.entries(pages)) {
    app.get(address, (c) => c.html(page, 200, { 'Content-Security-Policy': POLICY }))
  }
  app.get('/assets/:name', async (c) => {
    const name = c.req.param('name')
    const text = name === 'style.css' ? style : await fileOf(name)
    if (text === undefined) return c.notFound()
    const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
    return c.body(text, 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' })
  })
}

const read = new Map<string, string>()

async function fileOf(name: string): Promise<string | undefined> {
  const known = read.get(name)
  if (known !== undefined) return known
  const library = Object.hasOwn(LIBRARIES, name) ? LIBRARIES[name] : undefined
  const own = /^(\w+)\.[jt]s$/.exec(name)?.[1]
  let text: string | undefined
  if (library !== undefined) text = await readFile(packageFile(library), 'utf8')
  else if (own !== undefined && CLIENT.includes(own)) text = await clientScript(own)
  if (text !== undefined) read.set(name, text)
  return text
}

/** A file of a package by its place, whether or not the package names it among its exports. */
function packageFile(file: string): string {
  const [name = '', ...rest] = file.split('/')
  const require = createRequire(import.meta.url)
  const root = require.resolve
    .paths(name)
    ?.map((folder) => `${folder}/${name}`)
    .find((folder) => {
      try {
        return require.resolve(`${folder}/package.json`) !== ''
      } catch {
        return false
      }
    })
  return `${root}/${rest.join('/')}`
}

// tsc has made .js of it in the built package. From the sources the types are stripped here, by the same esbuild that
// runs them; imports then still end in .ts, which is why both endings are served.
async function clientScript(name: string): Promise<string> {
  const built = import.meta.url.endsWith('.js')
  const file = fileURLToPath(new URL(`./page/client/${name}.${built ? 'js' : 'ts'}`, import.meta.url))
  const source = await readFile(file, 'utf8')
  if (built) return source
  const { transform } = await import('esbuild')
  return (await transform(source, { loader: 'ts', target: 'es2022' })).code
}
