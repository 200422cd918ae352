import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Bits } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import type { ScoreOptions } from '../score/index.ts'
import { serveApp } from './app.ts'
import { baseEngines } from './engines.ts'
import { isLoopback } from './guard.ts'
import { type ServedModel, serveModel } from './servedModel.ts'
import { type ServedWhisper, serveWhisper } from './transcriptions.ts'

export interface ServeOptions {
  /**
   * Model folders, adapters, run folders, GGUF files or hub ids. Those over one base share an engine, which holds it once;
   * they answer in turns.
   */
  readonly models: readonly string[]
  /** What the adapters among them stand beside, in place of the bases that their configs name. */
  readonly base?: string
  /** Bits that linears of the models, or of what adapters stand beside, are held in; as they are when left out. */
  readonly quantise?: Bits
  /** A Whisper for `/v1/audio/transcriptions`. */
  readonly whisper?: string
  /** Address to listen at ('127.0.0.1'); any other needs a token. */
  readonly host?: string
  /** 0 takes a free one (8000). */
  readonly port?: number
  readonly token?: string
  /** Execution provider of ONNX Runtime ('cpu'). */
  readonly device?: string
  /** Folder whose runs the page shows ('runs'). */
  readonly runs?: string
  /** Folder of recordings that the page offers to begin with. */
  readonly clips?: string
  /** Requests a model lets wait (256); the next is answered 429. */
  readonly maxWaiting?: number
  readonly judge?: ScoreOptions['judge']
  readonly onNotice?: (line: string) => void
}

export interface RunningServer {
  readonly url: string
  close(): Promise<void>
}

// Milliseconds; a client that dribbles holds a socket no longer.
const TIMEOUTS = {
  headersTimeout: 60_000,
  requestTimeout: 180_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
}
const MAX_CONNECTIONS = 1024 // sockets; the next are closed at once

/**
 * Serves models as OpenAI's API, and the demo page, until closed.
 *
 * @throws UsageError for an address that is not loopback without a token, two models of one name, a model that is none
 * @example
 * const server = await startServer({ models: ['runs/quickstart'] })
 * new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' })
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const {
    host = '127.0.0.1',
    port = 8000,
    token,
    base,
    quantise,
    device = 'cpu',
    maxWaiting = 256,
    onNotice = () => {},
  } = options
  if (!isLoopback(host) && (token === undefined || token.length < 16)) {
    throw new UsageError(`--host ${host}: others could ask. Give a token of 16 characters or more in RUBATO_TOKEN.`)
  }
  const models = new Map<string, ServedModel>()
  let whisper: ServedWhisper | undefined
  const engines = baseEngines(device)
  const closeModels = () => Promise.all([engines.close(), whisper?.close()])
  try {
    for (const model of options.models) {
      const served = await serveModel(model, {
        engines,
        maxWaiting,
        onNotice,
        ...(base !== undefined && { base }),
        ...(quantise && { quantise }),
      })
      if (models.has(served.id)) {
        throw new UsageError(`--model ${model}: another model is called "${served.id}". Rename one of the folders.`)
      }
      models.set(served.id, served)
    }
    if (options.whisper !== undefined) {
      whisper = await serveWhisper(options.whisper, { device, maxWaiting, onNotice })
    }
    const app = serveApp({
      models,
      runs: options.runs ?? 'runs',
      report: (error) => onNotice(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      ...(whisper && { whisper }),
      ...(options.clips !== undefined && { clips: options.clips }),
      ...(token !== undefined && { token }),
      ...(options.judge && { judge: options.judge }),
    })
    const server = await new Promise<Server>((resolve, reject) => {
      const started = serve({ fetch: app.fetch, hostname: host, port, serverOptions: TIMEOUTS }, () => {
        resolve(started)
      }) as Server
      started.maxConnections = MAX_CONNECTIONS
      started.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'something listens there already' : error.message
        reject(new UsageError(`--port ${port}: ${why}. Choose another.`))
      })
    })
    const at = (server.address() as AddressInfo).port
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${at}`,
      async close() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()))
        server.closeAllConnections()
        await closed
        await closeModels()
      },
    }
  } catch (error) {
    await closeModels()
    throw error
  }
}
