import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadAudio } from '../../../audio/index.ts'
import { sourceOf } from '../../../examples/quickstart/families.ts'
import { article, vagueAnswer } from '../../../examples/quickstart/language.ts'
import { makeScenes, type SceneCounts } from '../../../examples/quickstart/makeScenes.ts'
import { MIXTURE } from '../../../examples/quickstart/samples.ts'
import { type Rubric, scoreVerdicts, verifyCriterion } from '../../../rubrics/index.ts'
import { hasAnswer, loadSamples, type Sample } from '../../../src/data/index.ts'
import { audioPaths } from '../../../src/prompts/message.ts'
import { seededRandom } from '../../../src/random.ts'
import { folderWith } from '../../src/temporary.ts'
import { bestConstantAnswer } from './deafAnswers.ts'
import { fewRecordings } from './recordingsSubset.ts'

const outDir = mkdtempSync(path.join(tmpdir(), 'rubato-scenes-'))
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

let counts: SceneCounts
let sft: Sample[]
let train: Sample[]
let evaluation: Sample[]
beforeAll(async () => {
  counts = await makeScenes({ outDir, seed: 1, nSingles: 20, nTrain: 100, nEval: 120 })
  const read = async (file: string) => (await loadSamples(path.join(outDir, file))).samples
  ;[sft, train, evaluation] = await Promise.all([read('speak.jsonl'), read('train.jsonl'), read('eval.jsonl')])
}, 60_000)

const rubricOf = ({ rubric }: Sample) => rubric as Rubric
const score = (sample: Sample, text: string) =>
  scoreVerdicts(
    rubricOf(sample),
    rubricOf(sample).criteria.map((criterion) => verifyCriterion(criterion, { text })),
  ).score
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const recordingsOf = (samples: Sample[]) => new Set(samples.flatMap(({ tags }) => tags!.recordings!.split(', ')))
const lastText = ({ messages }: Sample) => messages.at(-1)!.content as string
const isTask = (task: string) => (sample: Sample) => sample.tags!.task === task

test('counts say what was made', () => {
  expect(counts).toMatchObject({
    recordings: 150,
    families: 8,
    train: 120,
    heldOut: 30,
    singles: 20,
    scenes: 100,
    evalScenes: 120,
    reused: false,
  })
  expect([sft.length, train.length, evaluation.length]).toEqual([counts.sftLines, 100, 120])
  expect(counts.byFamily.snare).toEqual({ train: 9, heldOut: 2 })
})

test('no recording, nor a twin of it, is heard both in training and in evaluation', async () => {
  const singles = (await loadSamples(path.join(outDir, 'listen.jsonl'))).samples
  const inTraining = [...recordingsOf(train), ...singles.map(({ tags }) => tags!.recording!)].map(sourceOf)
  const inEvaluation = [...recordingsOf(evaluation)].map(sourceOf)
  expect(inEvaluation.filter((source) => inTraining.includes(source))).toEqual([])
  // A line to learn from shares its clip with a training scene.
  const clips = new Set(train.map(({ messages }) => JSON.stringify(messages[0]!.content[0])))
  const heard = sft.map(({ messages }) => messages.find(({ role }) => role === 'user')!.content[0])
  expect(heard.filter((part) => !clips.has(JSON.stringify(part)))).toEqual([])
})

test('clips are 16 kHz, 3.2 s, neither silent nor clipped', async () => {
  for (const { messages } of evaluation.slice(0, 20)) {
    const [clip] = audioPaths(messages)
    const { samples, sampleRate } = await loadAudio(clip!)
    expect([sampleRate, samples.length]).toEqual([16_000, 51_200])
    const peak = samples.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    expect(peak).toBeGreaterThan(0.05)
    expect(peak).toBeLessThan(0.9999)
  }
})

test('the reference answer of every scene earns all points', () => {
  const short = [...train, ...evaluation].filter((sample) => score(sample, sample.reference!) < 1)
  expect(short.map(({ id, reference }) => `${id}: ${reference}`)).toEqual([])
})

test('vague answers and the poor answers to learn from earn little', () => {
  const random = seededRandom(1)
  expect(mean(evaluation.map((sample) => score(sample, vagueAnswer(random))))).toBeLessThan(0.15)
  const scenes = new Map(train.map((sample) => [sample.id, sample]))
  const poor = sft.filter(isTask('plain'))
  const earned = mean(poor.map((sample) => score(scenes.get(sample.id.replace(/-plain$/, ''))!, lastText(sample))))
  expect(earned).toBeGreaterThan(0.1)
  expect(earned).toBeLessThan(0.25)
})

test('a model that hears nothing stays below 0.30, whatever it always says', () => {
  const { answer, score: best } = bestConstantAnswer((text) => mean(evaluation.map((sample) => score(sample, text))))
  console.info(`best answer without listening: ${best.toFixed(3)} for "${answer}"`)
  expect(best).toBeGreaterThan(0.1) // an answer of nothing but few words earns as much
  expect(best).toBeLessThan(0.3)
})

test('a scaffolded answer meets the criteria it was shown, and none to be avoided', () => {
  const scenes = new Map(train.map((sample) => [sample.id, sample]))
  const scaffolded = sft.filter(isTask('scaffolded'))
  expect(scaffolded.length).toBeGreaterThan(40)
  for (const sample of scaffolded) {
    const { criteria } = rubricOf(scenes.get(sample.id.replace(/-scaffolded$/, ''))!)
    const [wanted = '', unwanted = ''] = (sample.messages[0]!.content as string).split(/^avoid:$/m)
    const shown = criteria.filter(({ criterion, points }) => (points > 0 ? wanted : unwanted).includes(criterion))
    expect(wanted.split('\n').length + unwanted.split('\n').length).toBeGreaterThan(shown.length)
    for (const criterion of shown) {
      const { met, reason } = verifyCriterion(criterion, { text: lastText(sample) })
      expect(met, `${sample.id} ${criterion.id}: ${reason}`).toBe(criterion.points > 0)
    }
  }
})

test('every task of the mixture occurs, in turns that end with an answer; scenes to be judged have none', () => {
  expect(new Set(sft.map(({ tags }) => tags!.task))).toEqual(new Set(Object.keys(MIXTURE)))
  expect(sft.every(hasAnswer)).toBe(true)
  expect([...train, ...evaluation].some(hasAnswer)).toBe(false)
})

test('labels are the families of the scene, in order', () => {
  const scenes = new Map(train.map((sample) => [sample.id, sample]))
  for (const sample of sft.filter(isTask('keyword'))) {
    expect(lastText(sample)).toBe(scenes.get(sample.id.replace(/-keyword$/, ''))!.tags!.families)
  }
})

test('what is claimed is said of a sound that the scene holds; what is forbidden, of one that it does not', () => {
  for (const sample of [...train, ...evaluation]) {
    const present = sample.tags!.families!.split(', ')
    for (const { criterion, points } of rubricOf(sample).criteria) {
      const named = /the ([a-z -]+?)(?: is| hits|\.)/.exec(criterion)?.[1]
      if (named) expect(present.includes(named), `${sample.id}: ${criterion}`).toBe(points > 0)
    }
    expect(sample.reference).toContain(article(present[0]!))
  }
})

test('made anew with more training scenes, the first ones and the evaluation are the same bytes; another seed gives others', async () => {
  const samplesDir = fewRecordings()
  const make = async (options: { seed: number; nTrain: number }) => {
    const folder = path.join(folderWith(), 'scenes')
    await makeScenes({ outDir: folder, nEval: 4, samplesDir, ...options })
    const bytes = (file: string) => readFileSync(path.join(folder, file)).toString('latin1')
    return {
      sft: bytes('speak.jsonl'),
      evaluation: bytes('eval.jsonl'),
      clips: bytes('clips/train-2.wav') + bytes('clips/eval-3.wav'),
    }
  }
  const first = await make({ seed: 5, nTrain: 4 })
  const larger = await make({ seed: 5, nTrain: 6 })
  expect([larger.evaluation, larger.clips]).toEqual([first.evaluation, first.clips])
  expect(larger.sft.startsWith(first.sft)).toBe(true)
  const other = await make({ seed: 6, nTrain: 4 })
  expect(other.clips).not.toBe(first.clips)
})

test('data that are there already are not made again; a folder with other things in it is refused untouched', async () => {
  expect(await makeScenes({ outDir, seed: 1, nSingles: 20, nTrain: 100, nEval: 120 })).toEqual({
    ...counts,
    reused: true,
  })
  const folder = folderWith({ 'thesis.tex': 'years of work' })
  await expect(makeScenes({ outDir: folder, seed: 1 })).rejects.toThrow(
    /holds files that are not the quickstart's data/,
  )
  expect(existsSync(path.join(folder, 'thesis.tex'))).toBe(true)
})
