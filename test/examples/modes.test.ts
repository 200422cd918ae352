import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ARMS, CONTROLS, SEEDS } from '../../examples/bench/modes/arms.ts'
import { claimsOf } from '../../examples/bench/modes/claims.ts'
import { resultsPage } from '../../examples/bench/modes/page.ts'
import type { Answers, ArmResult } from '../../examples/bench/modes/runArm.ts'
import { conversationOf, lineOf } from '../../examples/chat/conversations.ts'
import { MANNER_PATTERNS, MANNERS, type Manner, mannerOf } from '../../examples/chat/manner.ts'
import { nameOf } from '../../examples/chat/rubric.ts'
import { FAMILIES } from '../../examples/quickstart/families.ts'
import type { Recording } from '../../examples/quickstart/recordings.ts'
import type { Message } from '../../src/prompts/message.ts'
import { modeOf } from '../../src/prompts/mode.ts'
import { seededRandom } from '../../src/random.ts'
import { judgeByVerifiers } from '../../src/rollout/judgeAnswer.ts'

const POOL: Recording[] = FAMILIES.map((_, family) => ({
  file: `${family}.flac`,
  family,
  samples: new Float32Array(1),
}))

/** Four hundred conversations of a mode, as lines. */
const linesOf = (manner: Manner) =>
  Array.from({ length: 400 }, (_, i) => {
    const conversation = conversationOf(manner, POOL, seededRandom(`${manner}/${i}`))
    return { conversation, line: lineOf(`${i}`, conversation, () => 'clip.wav') }
  })
const answersIn = (line: ReturnType<typeof lineOf>) =>
  line.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content as string)

describe('the manner of an answer', () => {
  it.each<[Manner | null, string]>([
    ['voice-chat', 'I hear a kick.'],
    ['voice-chat', 'you are welcome.'],
    ['voice-chat', 'audio 2: i think a bell'],
    ['audio-analysis', 'kick'],
    ['audio-analysis', 'Audio 2: drum loop'],
    ['audio-analysis', 'audio 1: kick, audio 2: bell.'],
    ['audio-analysis', 'hi-hat'],
    [null, ''],
    [null, '???'],
    [null, 'kick. bell. 3'],
  ])('is %s: %s', (manner, answer) => {
    expect(mannerOf(answer)).toBe(manner)
  })

  it('is never both', () => {
    const words = fc.array(fc.constantFrom('i', 'you', 'kick', 'audio 2:', 'bell', ',', '.', ' ', 'the', 'MY'))
    fc.assert(
      fc.property(words, (parts) => {
        const answer = parts.join(' ').trim()
        const found = MANNERS.filter((manner) => new RegExp(MANNER_PATTERNS[manner], 'iu').test(answer))
        expect(found.length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it.each(MANNERS)('is that of its mode for every answer of %s, whatever sound it names', (manner) => {
    for (const { line } of linesOf(manner)) {
      for (const answer of answersIn(line)) {
        expect([answer, mannerOf(answer)]).toEqual([answer, manner])
        for (const { name } of FAMILIES) {
          const wrong = FAMILIES.reduce((text, family) => text.replaceAll(family.name, name), answer)
          expect(mannerOf(wrong)).toBe(manner)
        }
      }
    }
  })
})

describe('conversations', () => {
  it.each(MANNERS)('of %s are of that mode by their turns alone', (manner) => {
    for (const { line } of linesOf(manner)) expect(modeOf(line.messages.slice(0, -1) as Message[])).toBe(manner)
  })

  it.each(MANNERS)(
    'of %s give all points to their own answer, and fewer to what the other mode would say',
    (manner) => {
      for (const { line, conversation } of linesOf(manner)) {
        expect(judgeByVerifiers(line.rubric, line.reference).score).toBe(1)
        const { family } = conversation.wanted
        const other =
          family === null ? 'kick' : manner === 'voice-chat' ? nameOf(family) : `i hear a ${nameOf(family)}.`
        expect(judgeByVerifiers(line.rubric, other).score).toBeLessThan(0.8)
        const wrong = FAMILIES[((family ?? 0) + 1) % FAMILIES.length]!.name
        if (family !== null) {
          const misheard = line.reference.replace(nameOf(family), wrong)
          expect(judgeByVerifiers(line.rubric, misheard).score).toBeLessThan(0.5)
        }
      }
    },
  )

  it('ask for a clip by its number over all turns', () => {
    const numbered = linesOf('audio-analysis').filter(({ conversation }) => conversation.wanted.number !== null)
    expect(numbered.some(({ conversation }) => conversation.turns.length > 1)).toBe(true)
    for (const { conversation } of numbered) {
      const clips = conversation.turns.flatMap((turn) => turn.clips)
      const { number, family } = conversation.wanted
      expect(clips[number! - 1]!.recording!.family).toBe(family)
    }
  })
})

/** Answers of which a share earns all points and a share is in the other mode's manner. */
const answers = (mode: Manner, score: number, confused: number): Answers => ({
  scores: Array.from({ length: 10 }, () => score),
  manners: Array.from({ length: 10 }, (_, i) =>
    i < 10 * confused ? (mode === 'voice-chat' ? 'audio-analysis' : 'voice-chat') : mode,
  ),
  kinds: Array.from({ length: 10 }, (_, i) => (i % 2 ? 'ask' : 'hello')),
})
interface Said {
  both?: number
  deaf?: number
  confused?: number
  longer?: number
}
const results = ({ both = 0.7, deaf = 0.3, confused = 0, longer = 0.72 }: Said = {}): ArmResult[] =>
  SEEDS.flatMap((seed) =>
    ARMS.map(({ id }): ArmResult => {
      const of = (control: string) => {
        const score = control === 'none' ? (id === 'both' ? both : id.endsWith('-longer') ? longer : 0.72) : deaf
        return {
          'voice-chat': answers('voice-chat', score, id.startsWith('analysis') ? 1 : confused),
          'audio-analysis': answers('audio-analysis', score, id.startsWith('chat') ? 1 : confused),
        }
      }
      const [none, silenced, swapped] = CONTROLS.map(of)
      return {
        arm: id,
        seed,
        settings: 's',
        seconds: 60,
        asked: { none: none!, silenced: silenced!, swapped: swapped! },
      }
    }),
  )
const holds = (said?: Said) => claimsOf(results(said)).map((claim) => claim.holds)

describe('the claims about modes', () => {
  it('hold when both modes are learnt, told apart and heard', () => {
    expect(holds()).toEqual(Array.from({ length: 8 }, () => true))
  })

  it('fall one by one', () => {
    expect(holds({ both: 0.68 })).toEqual([false, false, true, true, false, false, true, true])
    expect(holds({ longer: 0.8 })).toEqual([true, false, true, true, true, false, true, true])
    expect(holds({ confused: 0.1 })).toEqual([true, true, false, true, true, true, false, true])
    expect(holds({ deaf: 0.6 })).toEqual([true, true, true, false, true, true, true, false])
  })

  it('are open while an arm is missing, and the page says how much was measured', () => {
    const some = results().filter(({ arm, seed }) => seed === 1 && arm !== 'chat')
    expect(claimsOf(some).map((claim) => claim.holds)).toEqual([null, true, true, true, true, true, true, true])
    expect(resultsPage(some, 'a machine')).toContain('**Only 0 of 3 seeds were measured for every arm.**')
    expect(resultsPage(results(), 'a machine')).not.toContain('seeds were measured')
  })

  it('stand on the page beside the confusion of every arm', () => {
    const page = resultsPage(results(), 'a machine')
    expect(page).toContain('| one model, both modes | voice chat | 100.0 | 0.0 | 0.0 |')
    expect(page).toContain('| voice chat alone, as many steps | audio analysis | 100.0 | 0.0 | 0.0 |')
    expect(page).not.toMatch(/NaN|undefined/)
  })
})
