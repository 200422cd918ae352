import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** An expression as compute-engine writes it: a number, a symbol, or an operator before its operands. */
export type MathJson = number | string | { readonly num: string } | readonly [string, ...MathJson[]]

/** Milliseconds for one expression, as Qwen2.5-Math's evaluation has it; beyond it counts as unreadable. */
const TIMEOUT = 1000
/** The same for loading the library. */
const START = 20_000
/** Characters beyond which an answer is prose. */
const LONGEST = 400
const KEPT = 2000

const SOURCE = `
const { workerData } = require('node:worker_threads')
const { state, port, url } = workerData
const done = () => { Atomics.store(state, 0, 1); Atomics.notify(state, 0) }
import(url).then(({ ComputeEngine }) => {
  const engine = new ComputeEngine()
  port.on('message', (latex) => {
    let json = null
    try { json = JSON.stringify(engine.parse(latex).json) } catch {}
    port.postMessage(json)
    done()
  })
  done()
})
`

interface Parser {
  readonly worker: Worker
  readonly port: MessagePort
  readonly state: Int32Array
}

let parser: Parser | undefined
const known = new Map<string, MathJson | null>()

/**
 * The expression in a LaTeX formula, by compute-engine; null when it cannot be read, or not within a second. That parser
 * takes exponential time for some texts (a few hundred opening brackets), so it works in a thread that is ended when the
 * time is up; the caller waits.
 */
export function parseLatex(latex: string): MathJson | null {
  if (latex.length > LONGEST || !isBalanced(latex)) return null
  const kept = known.get(latex)
  if (kept !== undefined) return kept
  const found = ask(latex)
  if (known.size >= KEPT) known.delete(known.keys().next().value!)
  known.set(latex, found)
  return found
}

function ask(latex: string): MathJson | null {
  parser ??= start()
  const { port, state, worker } = parser
  Atomics.store(state, 0, 0)
  port.postMessage(latex)
  if (Atomics.wait(state, 0, 0, TIMEOUT) === 'timed-out') {
    parser = undefined
    void worker.terminate()
    return null
  }
  const json = receiveMessageOnPort(port)?.message as string | null | undefined
  return typeof json === 'string' ? (JSON.parse(json) as MathJson) : null
}

function start(): Parser {
  const state = new Int32Array(new SharedArrayBuffer(4))
  const { port1: port, port2 } = new MessageChannel()
  const url = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('@cortex-js/compute-engine')
      .replace(/\.min\.js$/, '.min.esm.js'),
  ).href
  const worker = new Worker(SOURCE, {
    eval: true,
    workerData: { state, port: port2, url },
    transferList: [port2],
    execArgv: [],
  })
  worker.unref()
  port.unref()
  if (Atomics.wait(state, 0, 0, START) === 'timed-out')
    throw new Error('internal: the reader of formulas did not start')
  return { worker, port, state }
}

function isBalanced(text: string): boolean {
  const open: string[] = []
  for (const letter of text) {
    const closing = { '(': ')', '[': ']', '{': '}' }[letter]
    if (closing !== undefined) open.push(closing)
    else if (')]}'.includes(letter) && open.pop() !== letter) return false
  }
  return open.length === 0
}
