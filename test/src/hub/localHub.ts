import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A hub on this machine that holds one repository; answers what Hugging Face's client asks, and remembers it. */
export interface LocalHub {
  readonly url: string
  /** `GET /path` in order. */
  readonly asked: string[]
  /** Authorization headers that came, each once. */
  readonly tokens: Set<string>
  close(): Promise<void>
}

export interface Repository {
  readonly name: string
  /** Branch or tag → commit. */
  readonly refs: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string>>
  /** Answered instead of everything, as the hub does for what is gated. */
  readonly status?: number
}

export async function localHub({ name, refs, files, status }: Repository): Promise<LocalHub> {
  const asked: string[] = []
  const tokens = new Set<string>()
  const entry = (path: string) => ({
    type: 'file',
    path,
    size: Buffer.byteLength(files[path]!),
    oid: createHash('sha1').update(files[path]!).digest('hex'),
  })
  const commitOf = (revision: string) =>
    refs[revision] ?? (Object.values(refs).includes(revision) ? revision : undefined)

  const answer = (request: IncomingMessage, response: ServerResponse, body: string) => {
    const url = decodeURIComponent(request.url!.split('?')[0]!)
    asked.push(`${request.method} ${url}`)
    if (request.headers.authorization) tokens.add(request.headers.authorization)
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    const missing = () => {
      response.statusCode = 404
      json({ error: 'not found' })
    }
    if (status !== undefined) {
      response.statusCode = status
      return json({ error: 'no' })
    }
    const api = new RegExp(`^/api/models/${name}/(revision|tree|paths-info)/([^/]+)`).exec(url)
    const commit = commitOf(api?.[2] ?? 'main')
    if (api && commit === undefined) return missing()
    if (api?.[1] === 'revision') return json({ _id: '1', id: name, sha: commit, private: false, gated: false })
    if (api?.[1] === 'tree') return json(Object.keys(files).map(entry))
    if (api?.[1] === 'paths-info') return json((JSON.parse(body) as { paths: string[] }).paths.map(entry))
    const file = new RegExp(`^/${name}/resolve/[^/]+/(.+)$`).exec(url)?.[1]
    if (file === undefined || !(file in files)) return missing()
    const bytes = Buffer.from(files[file]!)
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? []
    const part = bytes.subarray(Number(from ?? 0), to ? Number(to) + 1 : undefined)
    response.statusCode = from === undefined ? 200 : 206
    if (from !== undefined)
      response.setHeader('content-range', `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`)
    response.setHeader('etag', `"${entry(file).oid}"`).end(part)
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => answer(request, response, body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    tokens,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
