import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AirBenchRow, parseScores, readAirBench, scoreAirBench } from '../../../src/protocols/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

/** Rows whose mean is `score` to two places: as many tens and ones as it takes. */
function rowsOf(task: string, score: number, first: boolean): AirBenchRow[] {
  const n = 100
  const low = Math.floor(score)
  const nHigh = Math.round((score - low) * n)
  return Array.from({ length: n }, (_, i) => {
    const own = i < nHigh ? low + 1 : low
    return { task_name: task, judged: first ? `${own} 8` : `8 ${own}` }
  })
}

describe('AIR-Bench chat', () => {
  it.each([
    ['7 9', [7, 9]],
    [' 10 1\n', [10, 1]],
    ['7\n 9', [7, 9]],
    ['11 9', null],
    ['0 9', null],
    ['7', null],
    ['7 9 8', null],
    ['7, 9', null],
    ['7  9', null],
    ['Scores: 7 9', null],
    ['', null],
  ])('%j is %j', (judged, scores) => {
    expect(parseScores(judged)).toEqual(scores)
  })

  it('averages 6.47, 6.95, 5.52 and mixed 5.38 to 6.08, Qwen-Audio’s row (papers.md §11)', () => {
    const rows = (first: boolean) => [
      ...rowsOf('speech_QA', 6.47, first),
      ...rowsOf('sound_generation_QA', 6.95, first),
      ...rowsOf('music_QA', 5.52, first),
      ...rowsOf('speech_and_sound_QA', 5.3, first),
      ...rowsOf('speech_and_music_QA', 5.46, first),
    ]
    const { mixed, average, categories, nUnread } = scoreAirBench(rows(false), rows(true))
    expect(categories.speech.score).toBeCloseTo(6.47, 10)
    expect(mixed).toBeCloseTo(5.38, 10)
    expect(average).toBeCloseTo(6.08, 10)
    expect(nUnread).toBe(0)
  })

  it('takes the model’s place in each position, and the mean of the two means', () => {
    const behind = [
      { task_name: 'speech_QA', judged: '8 6' },
      { task_name: 'speech_dialogue_QA', judged: '8 9' },
    ]
    const before = [
      { task_name: 'speech_QA', judged: '10 5' },
      { task_name: 'speech_dialogue_QA', judged: 'no idea' },
    ]
    const { speech } = scoreAirBench(behind, before).categories
    expect(speech).toEqual({ score: (7.5 + 10) / 2, reference: (8 + 5) / 2, winRate: (0.5 + 1) / 2, n: 3 })
    expect(scoreAirBench(behind, before).nUnread).toBe(1)
    expect(scoreAirBench(behind, null).categories.speech.score).toBe(7.5)
  })

  it('is unknown where a category has no judgement', () => {
    const score = scoreAirBench([{ task_name: 'speech_QA', judged: '8 6' }], null)
    expect(score.categories.sound).toEqual({ score: null, reference: null, winRate: null, n: 0 })
    expect(score.average).toBeNull()
  })

  it('reads what the two scripts write', () => {
    const written = { uuid: 'u', path: 'a.wav', question: 'q', answer_gt: 'a', task_name: 'sound_QA', gen: '7 8' }
    const { gen, ...rest } = written
    const folder = folderWith({
      'batch_run_output.jsonl': jsonLines(written),
      'chat_score.json': JSON.stringify([{ ...rest, 'gpt-score': gen }]),
      'other.json': JSON.stringify([{ task_name: 'sound' }]),
    })
    for (const name of ['batch_run_output.jsonl', 'chat_score.json']) {
      expect(scoreAirBench(readAirBench(path.join(folder, name)), null).categories.sound.score).toBe(8)
    }
    expect(() => readAirBench(path.join(folder, 'other.json'))).toThrow('other.json [0] task_name')
  })
})
