import { accuracy, labelsOf, meanAveragePrecision } from '../metrics/index.ts'
import { soundClassification as words } from '../promptBank/index.ts'
import { matches, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const soundClassification = task({
  name: 'sound-classification',
  about: 'the sounds of a recording by their names, with commas between; style audioset by AudioSet’s ontology',
  languages: { audio: 'unknown', text: 'en' },
  styles: ['event', 'audioset'],
  tags: ({ audioLanguage, textLanguage, style }) => ({
    task: 'analysis',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: style === 'audioset' ? 'audioset_ontology' : 'event',
  }),
  words: () => words,
  metrics: [meanAveragePrecision, accuracy],
  rubric: (references) => {
    const labels = labelsOf(references[0] ?? '')
    return rubricOf('sound-classification', [
      ...labels.map((label) => ({
        id: `names-${label.replaceAll(' ', '-')}`,
        criterion: `Names ${label}.`,
        points: 2,
        tags: ['group:names'],
        verify: { kind: 'contains' as const, any_of: [label], plural: true },
      })),
      {
        id: 'no-more',
        criterion: `Names ${labels.length === 1 ? 'one sound' : `${labels.length} sounds`} and no more.`,
        points: 1,
        verify: matches(`^[^,;\\n]+(?:[,;\\n][^,;\\n]+){0,${Math.max(0, labels.length - 1)}}$`),
      },
    ])
  },
})
