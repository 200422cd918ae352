import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What the page carries with it, as text ready to be inlined. */
export interface Assets {
  uPlotScript: string
  uPlotStyle: string
  /** The page's own code: one module each, in `client/`. */
  clientScripts: string[]
}

const CLIENT = ['charts', 'clips', 'steps']

/** Reads uPlot from its package and the page's code from beside this file. */
export async function readAssets(): Promise<Assets> {
  const require = createRequire(import.meta.url)
  const [uPlotScript, uPlotStyle, ...clientScripts] = await Promise.all([
    readFile(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    readFile(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    ...CLIENT.map(clientScript),
  ])
  return { uPlotScript, uPlotStyle, clientScripts }
}

// tsc has made .js of it in the built package. From the sources (tests, tsx) the types are stripped here, by the same
// esbuild that runs them.
async function clientScript(name: string): Promise<string> {
  const built = import.meta.url.endsWith('.js')
  const file = fileURLToPath(new URL(`./client/${name}.${built ? 'js' : 'ts'}`, import.meta.url))
  const source = await readFile(file, 'utf8')
  if (built) return source
  const { transform } = await import('esbuild')
  return (await transform(source, { loader: 'ts', target: 'es2022' })).code
}
