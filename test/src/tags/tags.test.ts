import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { qwenAudioTokens, taskTags } from '../../../models/index.ts'
import {
  AUDIO_LANGUAGES,
  type Family,
  forcedStart,
  INSTRUCTIONS,
  type Instruction,
  LANGUAGES,
  parseTags,
  renderTags,
  TagError,
  type Tags,
  VOCABULARIES,
} from '../../../src/tags/index.ts'

const speech = { audioLanguage: 'en', textLanguage: 'en' } as const
const sound = { audioLanguage: 'unknown', textLanguage: 'en', timestamps: false } as const

/** What the released evaluators put after a clip (papers.md §2.4; eval_audio/ of QwenLM/Qwen-Audio). */
const EVALUATORS: readonly [string, Tags, string][] = [
  [
    'speech recognition',
    { task: 'transcribe', ...speech, timestamps: false, instruction: 'wo_itn' },
    '<|startoftranscript|><|en|><|transcribe|><|en|><|notimestamps|><|wo_itn|>',
  ],
  [
    'speech translation',
    { task: 'translate', audioLanguage: 'de', textLanguage: 'en', timestamps: false, instruction: 'itn' },
    '<|startoftranscript|><|de|><|translate|><|en|><|notimestamps|><|itn|>',
  ],
  [
    'words with their times',
    { task: 'transcribe', audioLanguage: 'zh', textLanguage: 'zh', timestamps: true },
    '<|startoftranscript|><|zh|><|transcribe|><|zh|><|timestamps|>',
  ],
  ...(['audiocaps', 'clotho', 'plain'] as const).map((style): [string, Tags, string] => [
    `captions as ${style}`,
    { task: 'caption', ...sound, instruction: `caption_${style}` },
    `<|startofanalysis|><|unknown|><|caption|><|en|><|notimestamps|><|caption_${style}|>`,
  ]),
  [
    'questions',
    { task: 'question-answer', audioLanguage: 'en', question: 'What is the dog doing?' },
    '<|startofanalysis|><|en|><|question|>What is the dog doing?<|answer|>',
  ],
  [
    'emotions',
    { task: 'analysis', ...speech, timestamps: false, instruction: 'emotion_recognition' },
    '<|startofanalysis|><|en|><|keyword|><|en|><|notimestamps|><|emotion_recognition|>',
  ],
  [
    'vocal sounds',
    { task: 'analysis', ...speech, timestamps: false, instruction: 'vocal_classification' },
    '<|startofanalysis|><|en|><|keyword|><|en|><|notimestamps|><|vocal_classification|>',
  ],
  [
    'scenes',
    { task: 'analysis', ...sound, instruction: 'scene' },
    '<|startofanalysis|><|unknown|><|keyword|><|en|><|notimestamps|><|scene|>',
  ],
  [
    'notes',
    { task: 'analysis', ...sound, instruction: 'note_analysis' },
    '<|startofanalysis|><|unknown|><|keyword|><|en|><|notimestamps|><|note_analysis|>',
  ],
]

describe("the released evaluators' tags", () => {
  it.each(EVALUATORS)('of %s', (_, tags, text) => {
    expect(renderTags(tags)).toBe(text)
    expect(parseTags(text)).toEqual({ tags, rest: '' })
  })

  it('force the first time where words are timed, and nothing else', () => {
    const forced = EVALUATORS.filter(([, tags]) => forcedStart(tags) !== '')
    expect(forced.map(([name, tags]) => [name, forcedStart(tags)])).toEqual([['words with their times', '<|0.00|>']])
  })
})

const writing = fc
  .constantFrom<Exclude<Family, 'question-answer'>>('transcribe', 'translate', 'caption', 'analysis')
  .chain((task) =>
    fc.record(
      {
        task: fc.constant(task),
        audioLanguage: fc.constantFrom(...AUDIO_LANGUAGES),
        textLanguage: fc.constantFrom(...LANGUAGES),
        timestamps: fc.boolean(),
        instruction: fc.constantFrom<Instruction>(...INSTRUCTIONS[task]),
      },
      { requiredKeys: ['task', 'audioLanguage', 'textLanguage', 'timestamps'] },
    ),
  )
  .filter(({ task, audioLanguage, textLanguage }) => {
    const same = audioLanguage.slice(0, 2) === textLanguage.slice(0, 2)
    return task === 'transcribe' ? same || audioLanguage === 'unknown' : task !== 'translate' || !same
  })
const asking = fc.record({
  task: fc.constant('question-answer' as const),
  audioLanguage: fc.constantFrom(...AUDIO_LANGUAGES),
  question: fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && !/<\|[^|<>]*\|>|<\|$/.test(text)),
})

describe('tags', () => {
  it('come back from their text, in either vocabulary', () => {
    fc.assert(
      fc.property(fc.oneof(writing, asking), fc.constantFrom(...VOCABULARIES), (tags, vocabulary) => {
        expect(parseTags(renderTags(tags, vocabulary)).tags).toEqual(tags)
      }),
    )
  })

  it('leave the answer that follows as it is', () => {
    fc.assert(
      fc.property(writing, fc.string(), (tags, answer) => {
        const { rest } = parseTags(`${renderTags(tags)} ${answer}`)
        expect(rest).toBe(` ${answer}`)
      }),
    )
  })

  it('are tokens of the release, or of the paper', () => {
    const known = { released: new Set(qwenAudioTokens), paper: new Set(taskTags) }
    fc.assert(
      fc.property(writing, fc.constantFrom(...VOCABULARIES), (tags, vocabulary) => {
        for (const token of renderTags(tags, vocabulary).match(/<\|[^|]+\|>/g)!)
          expect(known[vocabulary].has(token), token).toBe(true)
      }),
    )
  })

  it('read the paper’s names as those of the release', () => {
    expect(parseTags('<|startofanalysis|><|en|><|analysis|><|en|><|notimestamps|><|scene|>').tags).toEqual(
      parseTags('<|startofanalysis|><|en|><|keyword|><|en|><|notimestamps|><|scene|>').tags,
    )
    expect(parseTags('<|startoftranscripts|><|en|><|transcribe|><|en|><|notimestamps|>').tags.task).toBe('transcribe')
    expect(parseTags('<|startofanalysis|><|en|><|question-answer|>Who speaks?').tags).toEqual({
      task: 'question-answer',
      audioLanguage: 'en',
      question: 'Who speaks?',
    })
  })
})

describe('tags that make no sequence', () => {
  const S = '<|startoftranscript|>'
  it.each([
    [
      '',
      'tags: the transcription tag is missing; expected the transcription tag (<|startoftranscript|>, <|startoftranscripts|>, <|startofanalysis|>), got the end.',
    ],
    [
      `${S}<|transcribe|>`,
      'tags: the audio language is missing before <|transcribe|>, which is the task; expected the audio language (<|unknown|>, <|en|>, <|zh|>, …).',
    ],
    [
      `${S}<|en|>`,
      'tags: the task is missing; expected the task (<|transcribe|>, <|translate|>, <|caption|>, …), got the end.',
    ],
    [
      `${S}<|en|><|en|><|transcribe|>`,
      'tags: the task is missing before <|en|>, which is the text language; expected the task (<|transcribe|>, <|translate|>, <|caption|>, …).',
    ],
    [
      `${S}<|en|><|transcribe|><|notimestamps|>`,
      'tags: the text language is missing before <|notimestamps|>, which is the timestamps tag; expected the text language (<|en|>, <|zh|>, <|de|>, …).',
    ],
    [
      `${S}<|en|><|transcribe|><|en|><|transcribe|>`,
      'tags: <|transcribe|> is the task and stands too late; expected the timestamps tag (<|timestamps|>, <|notimestamps|>).',
    ],
    [
      `${S}<|en|><|transcribe|><|en|>hello`,
      'tags: the timestamps tag is missing; expected the timestamps tag (<|timestamps|>, <|notimestamps|>), got "hello".',
    ],
    [
      `${S}<|en|><|transcibe|>`,
      'tags: <|transcibe|> is no tag of this place; expected the task (<|transcribe|>, <|translate|>, <|caption|>, …). Did you mean <|transcribe|>?',
    ],
    [
      `${S}<|unknown|><|caption|><|en|><|notimestamps|>`,
      'tags: <|startoftranscript|> begins a sequence with the task caption. It begins with <|startofanalysis|>.',
    ],
    [
      `${S}<|en|><|transcribe|><|en|><|notimestamps|><|scene|>`,
      'tags: instruction "scene" is none of the task transcribe. It has itn, wo_itn.',
    ],
    [`${S}<|de|><|transcribe|><|en|><|notimestamps|>`, 'tags: a transcript of de in en. Write translate as the task.'],
    [
      `${S}<|en|><|translate|><|en|><|notimestamps|>`,
      'tags: a translation from en to en. Write transcribe as the task.',
    ],
    ['<|startofanalysis|><|en|><|question|> <|answer|>', 'tags: the question is empty. Write what is asked.'],
  ])('%s', (text, message) => {
    expect(() => parseTags(text)).toThrow(new TagError(message))
  })
})
