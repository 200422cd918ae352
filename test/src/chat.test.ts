import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeWav } from '../../audio/index.ts'
import { type Chat, openChat } from '../../src/chat.ts'
import type { Message } from '../../src/prompts/message.ts'
import { folderToRemove } from './temporary.ts'
import { tinyFiles, trainTiny } from './tinyRun.ts'

let folder: string
let model: string
let chat: Chat
const notices: string[] = []
const open = (options: Partial<Parameters<typeof openChat>[0]> = {}) =>
  openChat({ model, maxCompletionTokens: 12, onNotice: (line) => notices.push(line), ...options })

const noise = Float32Array.from({ length: 48_000 }, (_, i) => 0.3 * Math.sin(i * i))
beforeAll(async () => {
  folder = folderToRemove({
    ...tinyFiles(),
    'long.wav': encodeWav(noise, 16_000),
    'cut.wav': encodeWav(noise.subarray(0, 16_000), 16_000),
  })
  await trainTiny(folder, ['eval=[]'])
  model = path.join(folder, 'run')
  chat = await open()
}, 60_000)
afterAll(async () => {
  await chat.close()
  rmSync(folder, { recursive: true, force: true })
})

const about = (clip: string, text = 'what?'): Message[] => [
  {
    role: 'user',
    content: [
      { type: 'audio', path: path.join(folder, clip) },
      { type: 'text', text },
    ],
  },
]

describe('a chat', () => {
  it('tells its answer in pieces that joined are the answer, and says the same when asked again', async () => {
    const pieces: string[] = []
    const answer = await chat.answer(about('clips/0.wav'), (piece) => pieces.push(piece))
    expect(answer.length).toBeGreaterThan(0)
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe(answer)
    expect(await chat.answer(about('clips/0.wav'))).toBe(answer)
  })

  it('says when an answer was cut', async () => {
    const short = await open({ maxCompletionTokens: 1 })
    notices.length = 0
    await short.answer(about('clips/0.wav'))
    await short.close()
    expect(notices).toEqual(['the answer was cut after 1 tokens'])
  })

  it('hears as much of a long clip as the model can, and says so once', async () => {
    notices.length = 0
    const long = await chat.answer(about('long.wav'))
    await chat.answer(about('long.wav', 'again?'))
    expect(notices.filter((line) => line.includes('long.wav'))).toEqual([
      `${path.join(folder, 'long.wav')}: lasts 3.0 s; the model hears the first 1 s and not the rest (1 clip cut)`,
    ])
    expect(long).toBe(await chat.answer(about('cut.wav')))
  })

  it('goes on over turns, until the model has no positions left', async () => {
    const first = await chat.answer(about('clips/0.wav'))
    const more: Message[] = [
      ...about('clips/0.wav'),
      { role: 'assistant', content: first },
      { role: 'user', content: 'and?' },
    ]
    await chat.answer(more)
    const letters = Array.from({ length: 900 }, (_, i) => String.fromCharCode(97 + ((i * i) % 26))).join('')
    await expect(chat.answer([{ role: 'user', content: letters }])).rejects.toThrow(
      /^the conversation has \d+ tokens and the model 512 positions\./,
    )
  })

  it('draws by its seed above temperature 0', async () => {
    const drawn = async (seed: number) => {
      const own = await open({ temperature: 1, seed })
      const answer = await own.answer(about('clips/0.wav'))
      await own.close()
      return answer
    }
    const [one, again, other] = [await drawn(1), await drawn(1), await drawn(2)]
    expect(again).toBe(one)
    expect(other).not.toBe(one)
  })

  it('ends the answer at hand when it is stopped', async () => {
    const stop = new AbortController()
    const own = await open({ maxCompletionTokens: 200, temperature: 5, signal: stop.signal })
    const pieces: string[] = []
    const answer = await own.answer(about('clips/0.wav'), (piece) => {
      pieces.push(piece)
      stop.abort()
    })
    await own.close()
    expect(answer).toBe(pieces.join(''))
  })

  it('takes the newest checkpoint of a run that has not finished, and no other folder', async () => {
    const unfinished = path.join(folder, 'unfinished')
    cpSync(model, unfinished, { recursive: true })
    rmSync(path.join(unfinished, 'summary.json'))
    rmSync(path.join(unfinished, 'model.safetensors')) // as a run leaves it that was killed while it saved its last model
    const own = await open({ model: unfinished })
    expect(await own.answer(about('clips/0.wav'))).toBe(await chat.answer(about('clips/0.wav')))
    await own.close()
    rmSync(path.join(unfinished, 'checkpoints'), { recursive: true })
    await expect(open({ model: unfinished })).rejects.toThrow('the run has saved no model yet')
    await expect(open({ model: path.join(folder, 'clips') })).rejects.toThrow(
      'neither a model folder (no config.json) nor a run folder',
    )
    await expect(open({ model: path.join(folder, 'none') })).rejects.toThrow('no such folder')
  })
})
