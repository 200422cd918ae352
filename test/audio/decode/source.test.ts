import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { AudioError, decodeAudio, encodeWav, type ReadOptions } from '../../../audio/index.ts'
import { noise } from '../sounds.ts'

const wav = encodeWav(noise(100, 1), 16_000)
let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audio-source-'))
  path = join(folder, 'a sound é.bin')
  await writeFile(path, wav)
})
afterAll(() => rm(folder, { recursive: true }))

async function messageOf(source: Parameters<typeof decodeAudio>[0], options?: ReadOptions): Promise<string> {
  const error = await decodeAudio(source, options).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(AudioError)
  expect((error as AudioError).message).not.toContain('\n')
  return (error as AudioError).message
}

async function serve<T>(listener: RequestListener, use: (origin: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('a path, a file: URL as text or object, a data: URL and bytes are one and the same', async () => {
  const want = await decodeAudio(wav)
  const base64 = Buffer.from(wav).toString('base64')
  const sources = [
    path,
    pathToFileURL(path),
    pathToFileURL(path).href,
    `data:audio/wav;base64,${base64}`,
    Buffer.from(wav),
  ]
  for (const source of sources) expect(await decodeAudio(source)).toEqual(want)
})

describe('what cannot be read', () => {
  test('names the file and what is there instead', async () => {
    expect(await messageOf(join(folder, 'none.wav'))).toMatch(/none\.wav: no such file/)
    expect(await messageOf(folder)).toMatch(/a folder\. Expected a sound file/)
    expect(await messageOf('s3://bucket/a.wav')).toMatch(/scheme "s3:".*Expected a path/)
    expect(await messageOf('data:audio/wav;base64')).toMatch(/without a comma/)
    expect(await messageOf('data:audio/wav;base64,UklG*')).toMatch(/"\*" at character 4/)
  })

  test('text, pages, pictures and nothing at all, whatever their names say', async () => {
    const contents: [string | Uint8Array, RegExp][] = [
      ['', /empty \(0 bytes\)/],
      ['These are no samples.', /text that begins with "These are no samples/],
      ['<!doctype html><title>404</title>', /an HTML page/],
      ['version https://git-lfs.github.com/spec/v1\noid sha256:00', /Git LFS pointer/],
      [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /a picture/],
      [new Uint8Array(1000), /nothing but zero bytes/],
    ]
    const name = join(folder, 'renamed.wav')
    for (const [content, message] of contents) {
      await writeFile(name, content)
      expect(await messageOf(name)).toMatch(message)
      expect(await messageOf(name)).toContain('renamed.wav: ')
    }
  })
})

describe('downloads', () => {
  test('are decoded', async () => {
    const { channels } = await serve(
      (_, response) => response.end(wav),
      (origin) => decodeAudio(`${origin}/sound`),
    )
    expect(channels[0]!.length).toBe(100)
  })

  test('a refusal names status and address, not the query, which may hold a key', async () => {
    const message = await serve(
      (_, response) => response.writeHead(403).end(),
      (origin) => messageOf(new URL(`${origin}/sound.wav?key=secret`)),
    )
    expect(message).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sound\.wav: the server answered 403/)
    expect(message).not.toContain('secret')
  })

  test('too large ones stop, whether their size was announced or not', async () => {
    const announced = await serve(
      (_, response) => response.writeHead(200, { 'content-length': wav.length }).end(wav),
      (origin) => messageOf(origin, { maxBytes: 100 }),
    )
    expect(announced).toMatch(/has 244 bytes or more, allowed 100\. Raise maxBytes/)
    const streamed = await serve(
      (_, response) => {
        const timer = setInterval(() => response.write(new Uint8Array(80)), 5)
        response.on('close', () => clearInterval(timer))
      },
      (origin) => messageOf(origin, { maxBytes: 100 }),
    )
    expect(streamed).toMatch(/allowed 100/)
  })

  test('a server that never finishes is left', async () => {
    const message = await serve(
      (_, response) => response.write('RIFF'),
      (origin) => messageOf(origin, { timeoutSeconds: 0.1 }),
    )
    expect(message).toMatch(/no whole answer within 0\.1 s/)
  })

  test('no server at all is said', async () => {
    const origin = await serve(
      () => {},
      async (origin) => origin,
    )
    expect(await messageOf(origin)).toMatch(/download failed \(.*ECONNREFUSED/)
  })
})

test('without ffmpeg, a file that needs it says how to install it', async () => {
  const m4a = new URL('../../goldens/data/audio/stereo-44100.m4a', import.meta.url)
  vi.stubEnv('PATH', folder)
  vi.stubEnv('FFMPEG_PATH', '')
  expect(await messageOf(m4a)).toMatch(
    /stereo-44100\.m4a: a file of kind m4a.*ffmpeg is not installed.*apt install ffmpeg/,
  )
  vi.unstubAllEnvs()
})
