/** ChatML's tokens in the order of their ids: end of a document (also padding), start and end of a turn. */
export const chatTokenNames = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const

/** Qwen2-Audio's tokens: one placeholder a frame of heard audio, and the two that enclose a clip. */
export const audioTokenNames = ['<|AUDIO|>', '<|audio_bos|>', '<|audio_eos|>'] as const

/** Tokens that make a prompt's structure; never read from a user's text, whatever is allowed there. */
export const structureTokens: ReadonlySet<string> = new Set([...chatTokenNames, ...audioTokenNames])
