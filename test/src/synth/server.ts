import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Request {
  readonly path: string
  readonly prompt: string
  readonly model: string
  readonly seed: number
}

/** A server of completions and of chats, gone after the test. */
export async function modelServer(reply: (request: Request) => string): Promise<{ url: string; asked: Request[] }> {
  const asked: Request[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      prompt?: string
      model: string
      seed?: number
      messages?: { content: string }[]
    }
    const one = {
      path: request.url!,
      prompt: body.prompt ?? body.messages!.at(-1)!.content,
      model: body.model,
      seed: body.seed ?? 0,
    }
    asked.push(one)
    const text = reply(one)
    const choice = body.prompt === undefined ? { message: { role: 'assistant', content: text } } : { text }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ choices: [choice], usage: { prompt_tokens: 10, completion_tokens: 5 } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked }
}
