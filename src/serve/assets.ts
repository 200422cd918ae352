import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Hono } from 'hono'
import { compress } from 'hono/compress'
import { demoPage } from './page/demo.ts'
import { runsPage } from './page/runsView.ts'
import { style } from './page/style.ts'

const LIBRARIES: Readonly<Record<string, string>> = {
  'wavesurfer.js': 'wavesurfer.js/dist/wavesurfer.esm.js',
  'regions.js': 'wavesurfer.js/dist/plugins/regions.esm.js',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
}
const IMPORTS = JSON.stringify({
  imports: {
    'wavesurfer.js': '/assets/wavesurfer.js',
    'wavesurfer.js/plugins/regions': '/assets/regions.js',
    uplot: '/assets/uplot.js',
  },
})
// tsc has made .js of the client in the built package; from the sources its imports end in .ts.
const ENDING = import.meta.url.endsWith('.js') ? '.js' : '.ts'
const CLIENT = readdirSync(new URL('./page/client/', import.meta.url)).flatMap(
  (file) => /^(\w+)\.[jt]s$/.exec(file)?.[1] ?? [],
)

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
  const pages: Readonly<Record<string, string>> = {
    '/': demoPage(IMPORTS, modulesOf('demo')),
    '/runs': runsPage(IMPORTS, modulesOf('runs')),
  }
  app.use('/assets/*', compress())
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

/** Addresses of all that a page's script imports, followed through the client's own files. */
function modulesOf(script: string): string[] {
  const found = new Set<string>()
  const follow = (name: string) => {
    const source = readFileSync(new URL(`./page/client/${name}${ENDING}`, import.meta.url), 'utf8')
    for (const [, from = ''] of source.matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']+)'/gm)) {
      const own = /^\.\/(\w+)\.[jt]s$/.exec(from)?.[1]
      const address = own
        ? `/assets/${own}${ENDING}`
        : (JSON.parse(IMPORTS) as { imports: Record<string, string> }).imports[from]
      if (address === undefined || found.has(address)) continue
      found.add(address)
      if (own) follow(own)
    }
  }
  follow(script)
  return [...found]
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

// From the sources the types are stripped here, by the same esbuild that runs them.
async function clientScript(name: string): Promise<string> {
  const source = await readFile(new URL(`./page/client/${name}${ENDING}`, import.meta.url), 'utf8')
  if (ENDING === '.js') return source
  const { transform } = await import('esbuild')
  return (await transform(source, { loader: 'ts', target: 'es2022' })).code
}
