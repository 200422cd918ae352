import { UsageError } from '../errors.ts'
import { grounding as words } from '../promptBank/index.ts'
import { groundingOverlap, parseSpans } from './groundingOverlap.ts'
import { matches, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

const SPANS =
  '^<\\|\\d{1,2}\\.\\d\\d\\|><\\|\\d{1,2}\\.\\d\\d\\|>(?:<\\|delim\\|><\\|\\d{1,2}\\.\\d\\d\\|><\\|\\d{1,2}\\.\\d\\d\\|>)*$'

/**
 * The release has tokens for grounding and no evaluator that shows their order. Here the phrase stands between
 * `<|startofword|>` and `<|endofword|>`, and spans are pairs of times with `<|delim|>` between them, as the tokens' own
 * comments say.
 */
export const grounding = task({
  name: 'grounding',
  about: 'when a phrase or a sound is heard: <|0.50|><|1.20|>, several with <|delim|> between',
  languages: { audio: 'en', text: 'en' },
  needs: ['phrase'],
  tags: ({ audioLanguage, textLanguage }) => ({
    task: 'analysis',
    audioLanguage,
    textLanguage,
    timestamps: true,
    instruction: 'audio_grounding',
  }),
  afterTags: ({ phrase }) => `<|startofword|>${phrase}<|endofword|>`,
  words: () => words,
  target(answer) {
    if (parseSpans(answer) !== null) return answer.trim()
    throw new UsageError(`no spans of time: "${answer.slice(0, 40)}". Write <|0.50|><|1.20|>, more after <|delim|>.`)
  },
  metrics: [groundingOverlap],
  rubric: (references) =>
    rubricOf('grounding', [
      {
        id: 'well-formed',
        criterion: 'Is a list of spans: a start and an end, times only.',
        points: 1,
        verify: matches(SPANS),
      },
      {
        id: 'exact',
        criterion: `Is ${references[0]}.`,
        points: 1,
        verify: { kind: 'exact', any_of: [...references], strict: true },
      },
    ]),
})
