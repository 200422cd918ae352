import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openTokenizer, trainTokenizer } from '../../../models/index.ts'
import { UsageError } from '../../../src/errors.ts'
import type { Message } from '../../../src/prompts/message.ts'
import { templateRenderer } from '../../../src/prompts/templateRenderer.ts'

const files = trainTokenizer(['what is it? a dog barks twice.'], { vocab: 270 })
const tokenizer = openTokenizer({ ...files, config: { ...files.config, bos_token: { content: '<|endoftext|>' } } })
const CHATML = [
  "{{ bos_token }}{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] | trim + '<|im_end|>' + '\n' }}{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
].join('')
const END = tokenizer.idOf('<|im_end|>')
const renderer = templateRenderer({ tokenizer, template: CHATML, stopIds: [END], where: 'model' })
const asked = (content: string): Message[] => [{ role: 'user', content }]
const textOf = (ids: readonly number[]) => tokenizer.decode([...ids])

describe('a prompt by a model’s own template', () => {
  it('is the rendered string with its special tokens as tokens', () => {
    const ids = renderer.prompt(asked(' what is it? '), [])
    expect(textOf(ids)).toBe('<|endoftext|><|im_start|>user\nwhat is it?<|im_end|>\n<|im_start|>assistant\n')
    expect(ids).toEqual(tokenizer.encode(textOf(ids), { special: 'recognise' }))
  })

  it('holds as many special tokens as the template writes, whatever the message spells', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...tokenizer.special.keys(), '\ue000', '\ue001'))
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        const ids = renderer.prompt(asked(text), [])
        expect(ids.filter((id) => [...tokenizer.special.values()].includes(id))).toHaveLength(4)
        const trimmed = text.trim().normalize('NFC') // the tokenizer composes characters
        expect(textOf(ids)).toBe(`<|endoftext|><|im_start|>user\n${trimmed}<|im_end|>\n<|im_start|>assistant\n`)
      }),
    )
  })

  it('is a prefix of the conversation, in which the answer and its end are the assistant’s', () => {
    const messages: Message[] = [...asked('what?'), { role: 'assistant', content: 'a dog.' }, ...asked('why?')]
    const { ids, isAssistant } = renderer.conversation(messages, [])
    expect(textOf(ids.filter((_, i) => isAssistant[i]))).toBe('a dog.<|im_end|>')
    const prompt = renderer.prompt(messages.slice(0, 1), [])
    expect(ids.slice(0, prompt.length)).toEqual(prompt)
  })

  it('joins the texts of a message and refuses sound', () => {
    const texts: Message = {
      role: 'user',
      content: [
        { type: 'text', text: 'what ' },
        { type: 'text', text: 'is it?' },
      ],
    }
    expect(renderer.prompt([texts], [])).toEqual(renderer.prompt(asked('what is it?'), []))
    const clip: Message = { role: 'user', content: [{ type: 'audio', path: '/a.wav' }] }
    expect(() => renderer.prompt([clip], [])).toThrow(
      'model: the model hears no sound, and /a.wav was given. Leave the clip out.',
    )
  })

  it('that the template refuses is an error in one line', () => {
    const strict = `{% if messages[0]['role'] != 'system' %}{{ raise_exception('begin with a system turn') }}{% endif %}`
    const made = templateRenderer({ tokenizer, template: strict, stopIds: [END], where: 'model' })
    expect(() => made.prompt(asked('x'), [])).toThrow(UsageError)
    expect(() => made.prompt(asked('x'), [])).toThrow(/refuses the conversation \(begin with a system turn\)\.$/)
    const broken = () => templateRenderer({ tokenizer, template: '{% for %}', stopIds: [END], where: 'model' })
    expect(broken).toThrow(/^model: its chat template cannot be read/)
  })
})
