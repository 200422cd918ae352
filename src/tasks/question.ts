import { accuracy } from '../metrics/index.ts'
import { choice, question as plain } from '../promptBank/index.ts'
import { rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const question = task({
  name: 'question',
  about: 'the answer to a question about the sound; with choices, one of them',
  languages: { audio: 'en', text: 'en' },
  needs: ['question'],
  tags: ({ audioLanguage, question, choices }) => ({
    task: 'question-answer',
    audioLanguage,
    // The release has a token for choices, and no evaluator that shows where it stands; words are safe.
    question: choices ? `${question} Choose one of: ${choices.join(', ')}.` : question!,
  }),
  words: ({ choices }) => (choices ? choice : plain),
  metrics: [accuracy],
  rubric: (references, { choices = [] }) => {
    const wrong = choices.filter((one) => !references.includes(one))
    return rubricOf('question', [
      {
        id: 'right',
        criterion: `Answers ${references.map((text) => `"${text}"`).join(' or ')}.`,
        points: 4,
        verify: { kind: 'contains', any_of: [...references], plural: true },
      },
      ...(wrong.length > 0
        ? [
            {
              id: 'wrong-choice',
              criterion: `Says another choice (${wrong.join(', ')}).`,
              points: -4,
              verify: { kind: 'contains' as const, any_of: wrong, plural: false },
            },
          ]
        : []),
      {
        id: 'brief',
        criterion: 'Is at most 20 words long.',
        points: 1,
        verify: { kind: 'word-count', min: 1, max: 20 },
      },
    ])
  },
})
