import { describe, expect, it } from 'vitest'
import { openTokenizer, trainTokenizer } from '../../../models/index.ts'
import { chatRenderer } from '../../../src/prompts/chatRenderer.ts'
import type { ContentPart, Message } from '../../../src/prompts/message.ts'
import { modeOf } from '../../../src/prompts/mode.ts'

const clip: ContentPart = { type: 'audio', path: '/a.wav' }
const words = (text: string): ContentPart => ({ type: 'text', text })
const user = (...content: ContentPart[]): Message => ({ role: 'user', content })
const answer: Message = { role: 'assistant', content: 'yes' }

describe('the mode of a conversation', () => {
  it.each<[string, Message[]]>([
    ['voice-chat', [user(clip)]],
    ['voice-chat', [{ role: 'system', content: 'Be kind.' }, user(clip), answer, user(clip)]],
    ['voice-chat', [user(clip, words('  '))]],
    ['audio-analysis', [user(clip, words('what is it?'))]],
    ['audio-analysis', [user(clip, clip)]],
    ['audio-analysis', [user(clip, words('what is it?')), answer, user(clip)]],
    ['audio-analysis', [user(clip), answer, { role: 'user', content: 'and now?' }]],
    ['text', [{ role: 'user', content: 'hello' }]],
  ])('is %s', (mode, messages) => {
    expect(modeOf(messages)).toBe(mode)
  })
})

it('clips are numbered over a whole conversation, whatever is said between', () => {
  const tokenizer = openTokenizer(trainTokenizer(['Audio 1: what is it? yes'], { vocab: 300 }))
  const features = [25, 50, 10].map((nFrames) => ({ data: new Float32Array(0), nMels: 80, nFrames }))
  const conversation = [
    user(clip, words('what?')),
    answer,
    user(clip),
    answer,
    user(words('and '), clip, words('this?')),
  ]
  const text = tokenizer.decode(chatRenderer(tokenizer, 2).prompt(conversation, features))
  const lines = [...text.matchAll(/Audio (\d): <\|audio_bos\|>((?:<\|AUDIO\|>)*)<\|audio_eos\|>\n/g)]
  expect(lines.map(([, k, frames]) => [k, frames!.length / '<|AUDIO|>'.length])).toEqual([
    ['1', 6],
    ['2', 12],
    ['3', 2],
  ])
})
