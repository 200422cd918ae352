// `rubato score` on 100 recordings with criteria on words and on sound: how many seconds of sound it scores a second. The
// recordings are real ones, of drums, loops and instruments; they come with words, so nothing is transcribed. Takes about
// ten seconds.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { checkRubric } from '../../rubrics/index.ts'
import { scoreAnswers } from '../../src/index.ts'
import type { BenchResult } from './result.ts'

const CLIPS = 100
const words = checkRubric({
  name: 'words',
  criteria: [
    { id: 'brief', criterion: 'Is brief.', points: 3, verify: { kind: 'word-count', max: 25 } },
    { id: 'time', criterion: 'Says the time.', points: 5, verify: { kind: 'contains', any_of: ['half past nine'] } },
    { id: 'list', criterion: 'Holds a list.', points: -2, verify: { kind: 'regex', pattern: '^[-*]', flags: 'm' } },
  ],
})
const sound = checkRubric({
  name: 'sound',
  criteria: [
    ...words.criteria,
    {
      id: 'loud',
      criterion: 'Is loud enough.',
      points: 2,
      verify: { kind: 'measure', name: 'loudness', at_least: -27 },
    },
    {
      id: 'clips',
      criterion: 'Is cut off.',
      points: -3,
      verify: { kind: 'measure', name: 'clipping', at_least: 0.001 },
    },
    {
      id: 'prompt',
      criterion: 'Begins soon.',
      points: 2,
      verify: { kind: 'measure', name: 'leading-silence', at_most: 1 },
    },
    {
      id: 'voice',
      criterion: 'Is mostly speech.',
      points: 2,
      verify: { kind: 'measure', name: 'speech-ratio', at_least: 0.5 },
    },
  ],
})

/** Seconds of sound scored a second, by words alone and with measures of loudness, clipping and speech. */
export async function benchScore(): Promise<BenchResult> {
  const require = createRequire(import.meta.url)
  const folder = path.join(path.dirname(require.resolve('supersonic-scsynth-samples/package.json')), 'samples')
  const files = readdirSync(folder)
    .filter((file) => /\.(flac|wav|mp3|ogg)$/.test(file))
    .slice(0, CLIPS)
  const answers = files.map((file) => ({ id: file, text: 'It is half past nine.', recording: path.join(folder, file) }))
  const rows: { label: string; value: number; unit: string }[] = []
  let seconds = 0
  let unknown = 0
  for (const rubric of [words, sound]) {
    const start = performance.now()
    const report = await scoreAnswers(answers, { rubric, concurrency: 4 })
    const took = (performance.now() - start) / 1000
    seconds = report.answers.reduce((sum, { durationSeconds = 0 }) => sum + durationSeconds, 0)
    unknown = report.nUnknown
    rows.push({ label: rubric.name, value: seconds / took, unit: '× real time' })
  }
  return {
    name: `scoring ${files.length} recordings, ${seconds.toFixed(0)} s of sound`,
    rows,
    note: `decoding included; ${unknown} of ${sound.criteria.length * files.length} verdicts unknown, since nobody speaks in most of these recordings`,
  }
}
