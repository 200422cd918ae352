/** ChatML's tokens in the order of their ids: end of a document (also padding), start and end of a turn. */
export const chatTokenNames = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const

/** Qwen2-Audio's tokens: one placeholder a frame of heard audio, and the two that enclose a clip. */
export const audioTokenNames = ['<|AUDIO|>', '<|audio_bos|>', '<|audio_eos|>'] as const

/** Tokens that make a prompt's structure; never read from a user's text, whatever is allowed there. */
export const structureTokens: ReadonlySet<string> = new Set([...chatTokenNames, ...audioTokenNames])

const languages = ['unknown', 'en', 'zh', 'de', 'es', 'ko', 'fr', 'ja', 'it', 'zh_tr']
const styles = ['caption_audiocaps', 'caption_clotho', 'audioset_ontology', 'caption_plain', 'itn', 'wo_itn']
const entities = ['startofentityvalue', 'endofentityvalue', 'startofentitytype', 'endofentitytype']
const grounding = ['named_entity_recognition', 'audio_grounding', 'startofword', 'endofword', 'delim']
const analysis = [
  'emotion_recognition',
  'music_description',
  'note_analysis',
  'pitch',
  'velocity',
  'sonic',
  'instrument',
]
const meta = ['speaker_meta', 'song_meta', 'question', 'answer', 'choice', 'scene', 'event', 'vocal_classification']
const speech = ['speech_understanding', 'scenario', 'action', 'entities', 'speech_edit']
const midi = Array.from({ length: 128 }, (_, value) => [`midi_pitch_${value}`, `midi_velocity_${value}`]).flat()

/** The three of the paper that the release spells otherwise; both are tags. */
const paperOnly = ['startoftranscripts', 'analysis', 'question-answer']

/**
 * Qwen-Audio's hierarchical task tags by name (arXiv 2311.07919, §3.2, as released in `tokenization_qwen.py`, and the
 * paper's own spellings), without the 3,001 time tokens `<|0.00|>` … `<|30.00|>`. Pass those you use as `extraSpecial`.
 */
export const taskTags: readonly string[] = [
  ...['startoftranscript', 'startofanalysis', 'translate', 'transcribe', 'caption', 'keyword'],
  ...languages,
  ...['notimestamps', 'sil', 'timestamps'],
  ...styles,
  ...entities,
  ...grounding,
  ...analysis,
  ...midi,
  ...meta,
  ...speech,
  ...paperOnly,
].map((name) => `<|${name}|>`)

const tags = new Set(taskTags)

/** Whether a token is one of `taskTags` or a time token: what a text may hold without changing a prompt's structure. */
export const isTaskTag = (token: string): boolean => tags.has(token) || /^<\|(?:[12]?\d\.\d\d|30\.00)\|>$/.test(token)
