import type { Message } from './message.ts'

/**
 * What a conversation is, without a switch in the prompt (Qwen2-Audio, arXiv 2407.10759, §2): `voice-chat`, in which the user
 * only speaks, one clip a turn and no words; `audio-analysis`, in which something is asked of clips, in words or in another
 * clip; `text` where nothing is heard.
 */
export const MODES = ['voice-chat', 'audio-analysis', 'text'] as const
export type Mode = (typeof MODES)[number]

/** The mode of a conversation by its turns alone, the assistant's and the system's left out. */
export function modeOf(messages: readonly Message[]): Mode {
  const turns = messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => {
      const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content
      return {
        nClips: parts.filter(({ type }) => type === 'audio').length,
        speaks: parts.some((part) => part.type === 'text' && part.text.trim() !== ''),
      }
    })
  if (turns.every(({ nClips }) => nClips === 0)) return 'text'
  return turns.every(({ nClips, speaks }) => nClips === 1 && !speaks) ? 'voice-chat' : 'audio-analysis'
}
