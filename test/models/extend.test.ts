import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  baseTemplate,
  composeModel,
  extendModel,
  fromConfigJson,
  openTokenizer,
  qwenAudioTokens,
  readSafetensors,
} from '../../models/index.ts'
import { composeGolden } from '../goldens/composed.ts'

const work = mkdtempSync(path.join(tmpdir(), 'extend-'))
const composed = path.join(work, 'composed')
const extended = path.join(work, 'extended')
const TABLES = ['language_model.model.embed_tokens.weight', 'language_model.lm_head.weight']

beforeAll(async () => {
  await composeGolden(work)
  await extendModel(extended, { model: composed, tokens: qwenAudioTokens })
}, 60_000)
afterAll(() => rmSync(work, { recursive: true, force: true }))

const configOf = (folder: string) => {
  const file = path.join(folder, 'config.json')
  return fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
}

it('gives every token a row, and leaves every other number as it was', () => {
  const [before, after] = [readSafetensors(composed), readSafetensors(extended)]
  const vocab = configOf(composed).config.language.vocab
  expect(configOf(extended).config.language.vocab).toBe(vocab + qwenAudioTokens.length)
  expect(openTokenizer(extended).idOf('</audio>')).toBe(vocab + qwenAudioTokens.length - 1)
  expect([...after.tensors.keys()]).toEqual([...before.tensors.keys()])
  for (const name of before.tensors.keys()) {
    const [old, now] = [before.read(name), after.read(name)]
    expect(now.subarray(0, old.length), name).toEqual(old)
    expect(now.length > old.length, name).toBe(TABLES.includes(name))
  }
})

it('begins new rows as the mean of the old', () => {
  const table = readSafetensors(extended).read(TABLES[0]!)
  const { hidden, vocab } = configOf(extended).config.language
  const nOld = vocab - qwenAudioTokens.length
  for (let column = 0; column < hidden; column++) {
    const old = Array.from({ length: nOld }, (_, row) => table[row * hidden + column]!)
    const mean = old.reduce((sum, x) => sum + x, 0) / nOld
    expect(table[nOld * hidden + column]).toBeCloseTo(mean, 6)
    expect(table[(vocab - 1) * hidden + column]).toBeCloseTo(mean, 6)
  }
})

it('changes nothing of the config but the number of rows', () => {
  const read = (folder: string) => JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'))
  const [before, after] = [read(composed), read(extended)]
  after.text_config.vocab_size = before.text_config.vocab_size
  if ('vocab_size' in before) after.vocab_size = before.vocab_size
  expect(after).toEqual(before)
})

it('happens while a model is composed as well', async () => {
  const folder = path.join(work, 'tagged')
  const data = path.join(import.meta.dirname, '../goldens/data')
  const asked = { audio: path.join(data, 'whisper'), language: path.join(work, 'language'), seed: 9 }
  await composeModel(folder, { ...asked, tokens: qwenAudioTokens, format: 'base' })
  const { chat_template: template } = openTokenizer(folder).files().config as { chat_template: string }
  expect(template).toBe(baseTemplate())
  expect(openTokenizer(folder).idOf('</audio>')).toBe(openTokenizer(extended).idOf('</audio>'))
  expect(readSafetensors(folder).read(TABLES[0]!)).toHaveLength(readSafetensors(extended).read(TABLES[0]!).length)
})
