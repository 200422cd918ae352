import path from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  ifEval,
  readVoiceBench,
  scoreOpen,
  scoreQa,
  sdQa,
  type VoiceBenchScores,
  voiceBenchOverall,
} from '../../../src/protocols/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const TASKS = ['alpacaeval_full', 'commoneval', 'wildvoice', 'sd-qa', 'mmsu', 'openbookqa', 'bbh', 'ifeval', 'advbench']
const scores = (...values: (number | null)[]) =>
  Object.fromEntries(TASKS.map((task, i) => [task, values[i]!])) as unknown as VoiceBenchScores

describe('VoiceBench overall', () => {
  // Rows of the board in the project's README; the first is papers.md §11.
  it.each([
    ['Whisper-v3-large+GPT-4o', [4.8, 4.47, 4.62, 75.77, 81.69, 92.97, 87.2, 76.51, 98.27], 87.8],
    ['GPT-4o-Audio', [4.78, 4.49, 4.58, 75.5, 80.25, 89.23, 84.1, 76.02, 98.65], 86.75],
    ['Kimi-Audio', [4.46, 3.97, 4.2, 63.12, 62.17, 83.52, 69.7, 61.1, 100], 76.91],
    ['Qwen2-Audio', [3.74, 3.43, 3.01, 35.71, 35.72, 49.45, 54.7, 26.33, 96.73], 55.8],
    ['LLaMA-Omni', [3.7, 3.46, 2.92, 39.69, 25.93, 27.47, 49.2, 14.87, 11.35], 41.12],
  ])('of %s is that of the board', (_, row, overall) => {
    expect(voiceBenchOverall(scores(...row))!).toBeCloseTo(overall, 2)
  })

  it('is unknown when a task is, and refuses a score on another scale', () => {
    expect(voiceBenchOverall(scores(4.8, null, 4, 70, 80, 90, 80, 70, 90))).toBeNull()
    expect(() => voiceBenchOverall(scores(96, 4, 4, 70, 80, 90, 80, 70, 90))).toThrow(
      'VoiceBench alpacaeval_full: 96 is outside 1 to 5.',
    )
  })
})

describe('VoiceBench tasks', () => {
  const judged = (...score: (string | number)[]) => ({ prompt: 'p', response: 'r', score })

  it('rate open answers by the mean of all judgements', () => {
    const rows = [judged('5', '4', '[[3]]'), judged(2, '1.5', 'five')]
    expect(scoreOpen(rows)).toEqual({ score: (5 + 4 + 3 + 2 + 1.5) / 5, n: 5, nUnread: 1 })
    expect(scoreOpen([judged('x')])).toEqual({ score: null, n: 0, nUnread: 1 })
  })

  it('count a reference answer as met when most judgements say yes', () => {
    const rows = [judged('Yes', 'yes', 'No'), judged('No', 'Yes', 'no'), judged('Yes.', 'YES', 'perhaps')]
    const { score, n, nUnread } = scoreQa(rows)
    expect(score).toBeCloseTo(200 / 3, 10)
    expect([n, nUnread]).toEqual([3, 1])
    expect(scoreQa([judged('yes', 'no')]).score).toBe(0)
  })

  it('are averaged as the board does', () => {
    expect(sdQa(70, 80)).toBe(75)
    expect(sdQa(null, 80)).toBeNull()
    const shares = { strictPrompt: 0.5, strictInstruction: 0.6, loosePrompt: 0.7, looseInstruction: 0.8 }
    expect(ifEval(shares)!).toBeCloseTo(65, 10)
  })

  it('are read from the judge’s files', () => {
    const folder = folderWith({
      'result-naive-sd-qa-usa-audio.jsonl': jsonLines({ ...judged('Yes', 'Yes', 'No'), reference: 'Rome' }),
      'naive-sd-qa-usa-audio.jsonl': jsonLines({ prompt: 'p', response: 'r' }),
    })
    expect(scoreQa(readVoiceBench(path.join(folder, 'result-naive-sd-qa-usa-audio.jsonl'))).score).toBe(100)
    expect(() => readVoiceBench(path.join(folder, 'naive-sd-qa-usa-audio.jsonl'))).toThrow('audio.jsonl:1 score')
  })
})
