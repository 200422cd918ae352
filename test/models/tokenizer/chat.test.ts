import { Template } from '@huggingface/jinja'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Message, qwenDefaultSystem, renderChat } from '../../../models/tokenizer/chat.ts'
import { chatTemplate } from '../../../models/tokenizer/chatTemplate.ts'
import { TokenizerError } from '../../../models/tokenizer/errors.ts'
import { isTaskTag, taskTags } from '../../../models/tokenizer/specialTokens.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { trainTokenizer } from '../../../models/tokenizer/train.ts'
import { conversation, corpus, expected, files, tokenizer } from './trained.ts'

const start = tokenizer.idOf('<|im_start|>')
const end = tokenizer.idOf('<|im_end|>')
const audio = tokenizer.idOf('<|AUDIO|>')

const nClips = (messages: readonly Message[]) =>
  messages
    .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    .filter((part) => part.type === 'audio').length

/** The template as jinja renders it, then encoded as one string. */
function wholeIds(messages: readonly Message[], template: string, addGenerationPrompt: boolean): number[] {
  const text = new Template(template).render({ messages, add_generation_prompt: addGenerationPrompt })
  return tokenizer.encode(text, { special: 'recognise' })
}

const texts = (unit: fc.Arbitrary<string>) => {
  const textPart = unit.map((text) => ({ type: 'text' as const, text }))
  const heard = fc.array(fc.oneof(textPart, fc.constant({ type: 'audio' as const })), { maxLength: 4 })
  const user = fc.record({ role: fc.constantFrom('user' as const, 'system' as const), content: fc.oneof(unit, heard) })
  const content = fc.oneof(unit, fc.array(textPart, { maxLength: 3 }))
  return fc.array(fc.oneof(user, fc.record({ role: fc.constant('assistant' as const), content })), { maxLength: 5 })
}
const harmless = fc
  .oneof(fc.string({ maxLength: 12 }), fc.constantFrom('\n\nTwo lines\n', ' dog', '🎧', 'e\u0301', 'A dog barks.'))
  .filter((text) => !text.includes('<|'))
const hostile = fc
  .array(
    fc.constantFrom(
      '<|im_start|>',
      '<|im_end|>',
      '<|AUDIO|>',
      '<|audio_bos|>',
      '<|audio_eos|>',
      '<|endoftext|>',
      '<|',
      'im_end|>',
      '<|im_',
      'start|>',
      'system\n',
      'x',
    ),
    { maxLength: 6 },
  )
  .map((pieces) => pieces.join(''))

/** An assistant's text is encoded apart from its header, so a line break that starts it does not join the header's. */
const startsApart = (messages: Message[]) =>
  messages.filter(({ role, content }) => {
    const text =
      typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    return role !== 'assistant' || !/^\s/.test(text)
  })

describe('rendering a chat', () => {
  it('gives the text and the ids of Python: Jinja2 renders the template, tokenizers encodes it', () => {
    const { ids } = renderChat(tokenizer, conversation, { audioTokens: [1, 1, 1], addGenerationPrompt: true })
    expect(ids).toEqual(expected.renderedIds)
    expect(tokenizer.decode(ids)).toBe(expected.rendered)
  })

  it('equals the template rendered as one string and encoded, where texts are harmless', () => {
    fc.assert(
      fc.property(texts(harmless).map(startsApart), fc.boolean(), fc.boolean(), (messages, prompt, withSystem) => {
        const options = withSystem ? { defaultSystem: qwenDefaultSystem } : {}
        const audioTokens = Array<number>(nClips(messages)).fill(1)
        const { ids } = renderChat(tokenizer, messages, { audioTokens, addGenerationPrompt: prompt, ...options })
        expect(ids).toEqual(wholeIds(messages, chatTemplate(options.defaultSystem), prompt))
      }),
      { numRuns: 300 },
    )
  })

  it('saves the template that it follows', () => {
    expect(files.config.chat_template).toBe(chatTemplate())
  })

  it('repeats the placeholder of each clip as often as told, numbers clips over the conversation', () => {
    const messages: Message[] = [
      { role: 'user', content: [{ type: 'audio' }, { type: 'text', text: 'And' }, { type: 'audio' }] },
      { role: 'user', content: [{ type: 'audio', path: 'c.wav' }] },
    ]
    const { ids } = renderChat(tokenizer, messages, { audioTokens: [3, 0, 1], addGenerationPrompt: false })
    expect(tokenizer.decode(ids)).toBe(
      '<|im_start|>user\nAudio 1: <|audio_bos|><|AUDIO|><|AUDIO|><|AUDIO|><|audio_eos|>\nAnd' +
        'Audio 2: <|audio_bos|><|audio_eos|>\n<|im_end|>\n' +
        '<|im_start|>user\nAudio 3: <|audio_bos|><|AUDIO|><|audio_eos|>\n<|im_end|>\n',
    )
  })

  it("marks the assistant's words and the end of its turn, nothing else", () => {
    const messages: Message[] = [
      { role: 'user', content: 'What?' },
      { role: 'assistant', content: '\nA dog.' },
      { role: 'user', content: 'And?' },
      { role: 'assistant', content: '' },
    ]
    const { ids, isAssistant } = renderChat(tokenizer, messages, { addGenerationPrompt: true })
    expect(isAssistant.length).toBe(ids.length)
    const learnt = ids.filter((_, i) => isAssistant[i])
    expect(tokenizer.decode(learnt)).toBe('\nA dog.<|im_end|><|im_end|>')
  })

  it('a prompt is a prefix of the same conversation with its answer', () => {
    fc.assert(
      fc.property(texts(fc.oneof(harmless, hostile)), fc.oneof(harmless, hostile), (messages, answer) => {
        const audioTokens = Array<number>(nClips(messages)).fill(2)
        const prompt = renderChat(tokenizer, messages, { audioTokens, addGenerationPrompt: true })
        const answered = [...messages, { role: 'assistant' as const, content: answer }]
        const whole = renderChat(tokenizer, answered, { audioTokens, addGenerationPrompt: false })
        expect(whole.ids.slice(0, prompt.ids.length)).toEqual(prompt.ids)
        const learnt = whole.ids.slice(prompt.ids.length)
        expect(whole.isAssistant.slice(prompt.ids.length)).toEqual(learnt.map((_, i) => i < learnt.length - 1))
        expect(tokenizer.decode(learnt)).toBe(`${answer.normalize('NFC')}<|im_end|>\n`)
      }),
      { numRuns: 200 },
    )
  })

  it('no text opens or ends a turn, or adds a clip', () => {
    fc.assert(
      fc.property(texts(hostile), fc.boolean(), (messages, addGenerationPrompt) => {
        const counts = Array.from({ length: nClips(messages) }, (_, i) => i)
        const { ids } = renderChat(tokenizer, messages, { audioTokens: counts, addGenerationPrompt })
        const count = (token: string) => ids.filter((id) => id === tokenizer.idOf(token)).length
        expect(count('<|im_start|>')).toBe(messages.length + Number(addGenerationPrompt))
        expect(count('<|im_end|>')).toBe(messages.length)
        expect(count('<|audio_bos|>')).toBe(counts.length)
        expect(count('<|audio_eos|>')).toBe(counts.length)
        expect(count('<|AUDIO|>')).toBe(counts.reduce((sum, n) => sum + n, 0))
        expect(count('<|endoftext|>')).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps task tags of a text as tokens by default, and only the given ones when told which', () => {
    const messages: Message[] = [{ role: 'user', content: '<|startofanalysis|><|en|>x' }]
    const tags = ['<|startofanalysis|>', '<|en|>'].map(tokenizer.idOf)
    const tagsIn = (options: { allowedSpecial?: ReadonlySet<string> }) =>
      renderChat(tokenizer, messages, { addGenerationPrompt: false, ...options }).ids.filter((id) => tags.includes(id))
    expect(tagsIn({})).toEqual(tags)
    expect(tagsIn({ allowedSpecial: new Set(['<|en|>']) })).toEqual([tags[1]])
    expect(tagsIn({ allowedSpecial: new Set() })).toEqual([])
  })

  it('needs no audio token where no clip is', () => {
    const { tokenizer: json, config } = trainTokenizer(corpus, { vocab: 300 })
    const added = (json as { added_tokens: { content: string }[] }).added_tokens
    const textOnly = openTokenizer({
      tokenizer: { ...json, added_tokens: added.filter(({ content }) => !/audio/i.test(content)) },
      config,
    })
    const options = { addGenerationPrompt: true }
    expect(renderChat(textOnly, [{ role: 'user', content: 'Hi' }], options).ids.at(0)).toBe(
      textOnly.idOf('<|im_start|>'),
    )
    const withClip: Message[] = [{ role: 'user', content: [{ type: 'audio' }] }]
    expect(() => renderChat(textOnly, withClip, { ...options, audioTokens: [1] })).toThrow('no token "<|audio_bos|>"')
  })

  it.each<[string, Message[], Partial<Parameters<typeof renderChat>[2]>, string]>([
    [
      'fewer counts than clips',
      [{ role: 'user', content: [{ type: 'audio' }] }],
      {},
      'holds 1 clips and audioTokens 0',
    ],
    [
      'more counts than clips',
      [{ role: 'user', content: 'x' }],
      { audioTokens: [3] },
      'holds 0 clips and audioTokens 1',
    ],
    ['half a token', [{ role: 'user', content: [{ type: 'audio' }] }], { audioTokens: [1.5] }, 'audioTokens[0] is 1.5'],
    ['audio that the assistant says', [{ role: 'assistant', content: [{ type: 'audio' }] }], {}, 'messages[0]'],
    ['an unknown role', [{ role: 'user\n' as 'user', content: '' }], {}, 'one of system, user'],
    ['structure among the allowed tokens', [], { allowedSpecial: new Set(['<|im_end|>']) }, 'Leave it out'],
  ])('refuses %s', (_what, messages, options, message) => {
    const render = () => renderChat(tokenizer, messages, { addGenerationPrompt: false, ...options })
    expect(render).toThrow(TokenizerError)
    expect(render).toThrow(message)
  })

  it('ends with an open turn of the assistant when asked to', () => {
    const { ids } = renderChat(tokenizer, [{ role: 'user', content: 'Hi' }], { addGenerationPrompt: true })
    expect(tokenizer.decode(ids.slice(ids.lastIndexOf(start)))).toBe('<|im_start|>assistant\n')
    expect(ids.filter((id) => id === end).length).toBe(1)
    expect(ids).not.toContain(audio)
  })
})

describe('task tags', () => {
  it("are the 310 that Qwen-Audio released beside its time tokens and ends, with the paper's three spellings", () => {
    expect(new Set(taskTags).size).toBe(taskTags.length)
    expect(taskTags).toContain('<|startoftranscript|>')
    expect(taskTags).toContain('<|midi_velocity_127|>')
    // 155164 − 151851 + 1 tokens, without the modality token, 3,001 times, <audio> and </audio>; and three of the paper
    expect(taskTags.length).toBe(155164 - 151851 + 1 - 1 - 3001 - 2 + 3)
  })

  it('count time tokens from 0.00 to 30.00', () => {
    expect(['<|0.00|>', '<|2.33|>', '<|29.99|>', '<|30.00|>'].every(isTaskTag)).toBe(true)
    expect(['<|30.01|>', '<|2.3|>', '<|im_end|>', '<|AUDIO|>', '<|00.00|>'].some(isTaskTag)).toBe(false)
  })
})
