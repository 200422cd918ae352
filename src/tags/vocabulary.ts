/** What each of Qwen-Audio's hierarchical tags may say, and how both vocabularies spell it (papers.md §2.3, §2.4). */

/** Languages of texts; `zh_tr` is Chinese in traditional characters. */
export const LANGUAGES = ['en', 'zh', 'de', 'es', 'ko', 'fr', 'ja', 'it', 'zh_tr'] as const
export type Language = (typeof LANGUAGES)[number]

/** Languages of sound; `unknown` where nobody speaks. */
export const AUDIO_LANGUAGES = ['unknown', ...LANGUAGES] as const
export type AudioLanguage = (typeof AUDIO_LANGUAGES)[number]

/** The five families of tasks, by the paper's names. */
export const FAMILIES = ['transcribe', 'translate', 'caption', 'analysis', 'question-answer'] as const
export type Family = (typeof FAMILIES)[number]

/** Output instructions: what is written, and how. Each family has its own. */
export const INSTRUCTIONS = {
  transcribe: ['itn', 'wo_itn'],
  translate: ['itn', 'wo_itn'],
  caption: ['caption_audiocaps', 'caption_clotho', 'caption_plain', 'music_description'],
  analysis: [
    ...['audioset_ontology', 'emotion_recognition', 'vocal_classification', 'scene', 'event', 'note_analysis'],
    ...['music_description', 'speaker_meta', 'song_meta', 'audio_grounding', 'named_entity_recognition'],
    ...['speech_understanding', 'speech_edit'],
  ],
  'question-answer': [],
} as const satisfies Record<Family, readonly string[]>
export type Instruction = (typeof INSTRUCTIONS)[Family][number]

/** `released`: the tokenizer that was published, the default everywhere; `paper`: as arXiv 2311.07919 writes them. */
export const VOCABULARIES = ['released', 'paper'] as const
export type Vocabulary = (typeof VOCABULARIES)[number]

type Spelling = Readonly<Record<Vocabulary, string>>
const both = (name: string): Spelling => ({ released: `<|${name}|>`, paper: `<|${name}|>` })

/** What begins a sequence: whether words that are spoken are written down, or something is said of the sound. */
export const START = {
  transcription: { released: '<|startoftranscript|>', paper: '<|startoftranscripts|>' },
  analysis: both('startofanalysis'),
} as const satisfies Record<string, Spelling>

export const FAMILY_TAG: Readonly<Record<Family, Spelling>> = {
  transcribe: both('transcribe'),
  translate: both('translate'),
  caption: both('caption'),
  analysis: { released: '<|keyword|>', paper: '<|analysis|>' },
  'question-answer': { released: '<|question|>', paper: '<|question-answer|>' },
}

/** Ends the question in the released vocabulary; the paper has none. */
export const ANSWER = '<|answer|>'

export const TIMESTAMPS = { with: '<|timestamps|>', without: '<|notimestamps|>' } as const

/** Whether a family writes down what is spoken. */
export const isTranscription = (family: Family): boolean => family === 'transcribe' || family === 'translate'
