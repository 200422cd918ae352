import { describe, expect, it } from 'vitest'
import { type Message, withScaffold } from '../../../src/prompts/message.ts'

const user: Message = { role: 'user', content: 'what?' }
const system: Message = { role: 'system', content: 'Be kind.' }

describe('a scaffold', () => {
  it('that is null leaves the conversation as it is', () => {
    const messages = [system, user]
    expect(withScaffold(messages, null, 'own')).toBe(messages)
    expect(withScaffold(messages, null, 'merged')).toBe(messages)
  })

  it('is a system turn of its own, before the conversation’s', () => {
    expect(withScaffold([system, user], 'Aim.')).toEqual([{ role: 'system', content: 'Aim.' }, system, user])
  })

  it('is merged into the conversation’s system turn, of text or of parts', () => {
    expect(withScaffold([system, user], 'Aim.', 'merged')).toEqual([
      { role: 'system', content: 'Aim.\n\nBe kind.' },
      user,
    ])
    const parts: Message = { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] }
    expect(withScaffold([parts, user], 'Aim.', 'merged')[0]).toEqual({
      role: 'system',
      content: [
        { type: 'text', text: 'Aim.\n\n' },
        { type: 'text', text: 'Be kind.' },
      ],
    })
  })

  it('merged into a conversation without a system turn is one', () => {
    expect(withScaffold([user], 'Aim.', 'merged')).toEqual([{ role: 'system', content: 'Aim.' }, user])
  })
})
