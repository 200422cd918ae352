import { UsageError } from '../errors.ts'
import { type Metric, wordErrorRate } from '../metrics/index.ts'
import { wordTimes as words } from '../promptBank/index.ts'
import { averagingShift } from '../wordTimes/alignmentShift.ts'
import { isFault, parseStream, plainTranscript } from '../wordTimes/stream.ts'
import { hasFewErrors, matches, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

/** Error rate of the words alone; a malformed stream is compared without its tags. */
const timedWordErrorRate: Metric = {
  ...wordErrorRate,
  measure: (judged) =>
    wordErrorRate.measure(
      judged.map(({ answer, references, ...rest }) => ({
        answer: spoken(answer),
        references: references.map(spoken),
        ...rest,
      })),
    ),
}

const spoken = (text: string): string => {
  const parsed = parseStream(text)
  return isFault(parsed) ? text.replaceAll(/<\|[^|<>]*\|>/g, ' ') : plainTranscript(parsed)
}

/** Nothing but words between times. */
const STREAM = '^(?:<\\|\\d{1,2}\\.\\d\\d\\|>(?:<\\|sil\\|>|[^<>|]+))+<\\|\\d{1,2}\\.\\d\\d\\|>$'

export const wordTimes = task({
  name: 'word-times',
  about: 'every word between the times of its start and its end (SRWT), as `rubato data import` writes aligned words',
  languages: { audio: 'en', text: 'en' },
  tags: ({ audioLanguage, textLanguage }) => ({ task: 'transcribe', audioLanguage, textLanguage, timestamps: true }),
  words: () => words,
  target(answer) {
    const parsed = parseStream(answer)
    if (!isFault(parsed)) return answer.trim()
    throw new UsageError(`no stream of word times: ${parsed.problem}. Write <|0.00|>word<|0.52|>….`)
  },
  metrics: [averagingShift, timedWordErrorRate],
  rubric: (references) => {
    const texts = references.map(spoken).filter((text) => text !== '')
    return rubricOf('word-times', [
      {
        id: 'well-formed',
        criterion: 'Puts a time before and after every word, and writes nothing else.',
        points: 2,
        verify: matches(STREAM),
      },
      ...(texts.length > 0 ? [hasFewErrors(texts, 0.5, 3), hasFewErrors(texts, 0.1, 3)] : []),
    ])
  },
})
