import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hear, whisperDecoder } from '../../../models/architectures/whisperDecoder.ts'
import { fromWhisperJson } from '../../../models/config/whisper.ts'
import { allowed, detect, type TranscriptTokens, transcribeWindow } from '../../../models/generation/transcript.ts'
import { grad, input, logSoftmax, mean, neg, pick, reshape, slice, type Tensor } from '../../../models/graph/index.ts'
import { type Engine, readSafetensors, startEngine } from '../../../models/index.ts'
import { Transcriber } from '../../../models/transcriber.ts'
import { weightTable } from '../../../models/weights.ts'
import { expectClose } from '../closeTo.ts'
import { evaluate } from '../graph/differences.ts'

// Made by test/goldens/whisper.py with transformers 5.24.0 and torch 2.15.0; what each value is, stands there.
const folder = path.join(import.meta.dirname, '../../goldens/data/whisper')
const file = path.join(folder, 'config.json')
const config = fromWhisperJson(JSON.parse(readFileSync(file, 'utf8')), file)
const checkpoint = readSafetensors(folder)
const golden = readSafetensors(path.join(folder, 'expected.safetensors'))
const shapeOf = (name: string) => golden.tensors.get(name)!.shape
const tokens: TranscriptTokens = {
  start: 31,
  end: 30,
  noTimestamps: 37,
  firstTimestamp: 38,
  suppressed: [3, 5, 31, 32, 33, 34, 35, 36],
  suppressedFirst: [7, 30],
  maxFirstTimestamp: 20,
}
const GERMAN = [31, 33, 36] // start, language, task

describe('Whisper over a whole transcript', () => {
  const { weights, declared } = weightTable()
  const [batch, time] = shapeOf('ids') as [number, number]
  const ids = input('ids', [batch, time], 'int64')
  const positions = input('positions', [time], 'int64')
  const heard = hear(input('log_mel', shapeOf('features')), input('n_positions', [batch], 'int32'), weights, config)
  const logits = whisperDecoder(ids, positions, heard, weights, config)
  const feeds = {
    log_mel: golden.read('features'),
    n_positions: [50, 50],
    ids: golden.read('ids'),
    positions: Array.from({ length: time }, (_, i) => i),
  }

  it('asks for the tensors that the checkpoint has', () => {
    expect([...declared.keys()].sort()).toEqual([...checkpoint.tensors.keys()].sort())
  })

  it('equals transformers’ logits, and torch’s gradients of the loss by every parameter', async () => {
    const targets = input('targets', [batch * (time - 1)], 'int64')
    const predicting = reshape(slice(logits, 1, 0, time - 1), [batch * (time - 1), config.vocab])
    const loss = neg(mean(pick(logSoftmax(predicting), targets)))
    const names = [...declared.keys()]
    const outputs: Record<string, Tensor> = { logits }
    for (const [i, gradient] of grad(loss, [...declared.values()]).entries()) outputs[`grad/${names[i]}`] = gradient!
    const values = Object.fromEntries(names.map((name) => [name, checkpoint.read(name)]))
    const all = golden.read('ids')
    const next = Array.from({ length: batch }, (_, row) => [...all.subarray(row * time + 1, (row + 1) * time)]).flat()
    const found = await evaluate(outputs, { ...values, ...feeds, targets: next })
    expectClose(found.logits!, golden.read('logits'), 1e-4, 'logit')
    for (const name of names) {
      const expected = golden.read(`grad/${name}`)
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const relative = (numbers: ArrayLike<number>) => Array.from(numbers, (value) => value / scale)
      expectClose(relative(found[`grad/${name}`]!), relative(expected), 1e-3, name)
    }
  })
})

describe('a transcriber', () => {
  let engine: Engine
  let transcriber: Transcriber
  const [, nMels, nFrames] = shapeOf('features') as [number, number, number]
  const clip = (row: number) => ({
    nMels,
    nFrames,
    data: golden.read('features').slice(row * nMels * nFrames, (row + 1) * nMels * nFrames),
  })

  beforeAll(async () => {
    engine = startEngine()
    transcriber = new Transcriber(config, engine)
    await transcriber.setWeights((name) => checkpoint.read(name))
  })
  afterAll(() => engine.close())

  it.each([0, 1])('takes clip %d for the language that transformers takes it for', async (row) => {
    await transcriber.hear(clip(row))
    expect(await detect(transcriber, tokens.start, [32, 33, 34])).toBe(golden.read('detected')[row])
  })

  it.each([0, 1])(
    'writes of clip %d what transformers’ greedy search writes, without and with timestamps',
    async (row) => {
      await transcriber.hear(clip(row))
      const plain = await transcribeWindow(transcriber, [...GERMAN, tokens.noTimestamps], tokens)
      expect(plain.ids).toEqual([...golden.read(`plain/${row}`)])
      const timed = await transcribeWindow(transcriber, GERMAN, tokens)
      expect(timed.ids).toEqual([...golden.read(`timed/${row}`)])
      expect([plain.wasCut, timed.wasCut]).toEqual([true, row === 0])
      expect(timed.meanLogProb).toBeLessThan(0)
    },
  )

  it('refuses a window of another size', async () => {
    await expect(transcriber.hear({ ...clip(0), nFrames: 80 })).rejects.toThrow(
      'a window is 8 × 80, the model reads 8 × 100',
    )
  })
})

describe('what may follow', () => {
  it.each([0, 1, 2, 3, 4, 5])('is what transformers’ timestamp rules leave, case %d', (n) => {
    const scores = golden.read(`scores/${n}`)
    const left = allowed(
      scores,
      [...golden.read(`given/${n}`)],
      { ...tokens, suppressed: [], suppressedFirst: [] },
      true,
    )
    expect([...left].map((score) => (Number.isFinite(score) ? 1 : 0))).toEqual([...golden.read(`allowed/${n}`)])
  })

  it('leaves no suppressed token, and those of the beginning only later', () => {
    const struck = (written: number[]) =>
      [...allowed(new Float32Array(config.vocab), written, tokens, false).entries()].flatMap(([id, score]) =>
        Number.isFinite(score) ? [] : [id],
      )
    expect(struck([])).toEqual([3, 5, 7, 30, 31, 32, 33, 34, 35, 36])
    expect(struck([1])).toEqual(tokens.suppressed)
  })
})
