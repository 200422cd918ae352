/**
 * Qwen-Audio's special tokens as `tokenization_qwen.py` releases them, in its order: 3,314, from the placeholder of sound
 * (id 151851 there) to the tag that closes it (155164).
 */

const languages = ['unknown', 'en', 'zh', 'de', 'es', 'ko', 'fr', 'ja', 'it', 'zh_tr']
const styles = ['caption_audiocaps', 'caption_clotho', 'audioset_ontology', 'caption_plain', 'itn', 'wo_itn']
const entities = ['startofentityvalue', 'endofentityvalue', 'startofentitytype', 'endofentitytype']
const grounding = ['named_entity_recognition', 'audio_grounding', 'startofword', 'endofword', 'delim']
const midi = (what: string) => Array.from({ length: 128 }, (_, value) => `midi_${what}_${value}`)
const notes = ['note_analysis', 'pitch', ...midi('pitch'), 'velocity', ...midi('velocity'), 'sonic', 'instrument']
const classes = ['scene', 'event', 'vocal_classification']
const understanding = ['speech_understanding', 'scenario', 'action', 'entities', 'speech_edit']

/** Hundredths of a second that have a token: 0.00 to 30.00. */
export const MOST_HUNDREDTHS = 3000

/** `<|0.00|>` … `<|30.00|>`, one a hundredth of a second: 3,001. */
export const timeTokens: readonly string[] = Array.from(
  { length: MOST_HUNDREDTHS + 1 },
  (_, hundredths) => `<|${(hundredths / 100).toFixed(2)}|>`,
)

const tag = (name: string) => `<|${name}|>`

/** See above. `qwenAudioTokens[i]` has the id 151851 + i in the release. */
export const qwenAudioTokens: readonly string[] = [
  '[[[AUDIO:modality]]]',
  ...['startoftranscript', 'startofanalysis', 'translate', 'transcribe', 'caption', 'keyword', ...languages].map(tag),
  ...['notimestamps', 'sil', 'timestamps'].map(tag),
  ...timeTokens,
  ...[...styles, ...entities, ...grounding, 'emotion_recognition', 'music_description', ...notes].map(tag),
  ...['speaker_meta', 'song_meta', 'question', 'answer', 'choice', ...classes, ...understanding].map(tag),
  '<audio>',
  '</audio>',
]

/** Id of the first of them in the release, after 151,643 tokens of text, 3 of ChatML and 205 in reserve. */
export const FIRST_QWEN_AUDIO_ID = 151_851
