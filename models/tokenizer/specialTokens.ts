import { qwenAudioTokens, timeTokens } from './qwenAudioTokens.ts'

/** ChatML's tokens in the order of their ids: end of a document (also padding), start and end of a turn. */
export const chatTokenNames = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const

/** Qwen2-Audio's tokens: one placeholder a frame of heard audio, and the two that enclose a clip. */
export const audioTokenNames = ['<|AUDIO|>', '<|audio_bos|>', '<|audio_eos|>'] as const

/** Tokens that make a prompt's structure; never read from a user's text, whatever is allowed there. */
export const structureTokens: ReadonlySet<string> = new Set([...chatTokenNames, ...audioTokenNames])

/** The three of the paper that the release spells otherwise; both are tags. */
const paperOnly = ['startoftranscripts', 'analysis', 'question-answer']

/** Not tags, though of the released list: the first Qwen-Audio's own tokens around sound. */
const ofSound = new Set(['[[[AUDIO:modality]]]', '<audio>', '</audio>'])
const times = new Set(timeTokens)

/**
 * Qwen-Audio's hierarchical task tags (arXiv 2311.07919, §3.2, as released in `tokenization_qwen.py`, and the paper's own
 * spellings), without the 3,001 time tokens `<|0.00|>` … `<|30.00|>`. Pass those you use as `extraSpecial`.
 */
export const taskTags: readonly string[] = [
  ...qwenAudioTokens.filter((token) => !times.has(token) && !ofSound.has(token)),
  ...paperOnly.map((name) => `<|${name}|>`),
]

const tags = new Set(taskTags)

/** Whether a token is one of `taskTags` or a time token: what a text may hold without changing a prompt's structure. */
export const isTaskTag = (token: string): boolean => tags.has(token) || times.has(token)
