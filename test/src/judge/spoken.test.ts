import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeWav } from '../../../audio/index.ts'
import { attackCases, attacks, openAiJudge, runAttacks } from '../../../src/judge/index.ts'
import { speak as voice } from '../../audio/measures/voice.ts'
import { type Asked, judgeServer } from './server.ts'

const cases = [attackCases[0]!, attackCases[4]!] // one criterion that earns points, one that costs them
const tried = attacks.filter(({ name }) => ['verdict-in-answer', 'closes-its-block'].includes(name))

/** What espeak-ng says of a text: a WAV as a data URL, and the words by which a test finds them again. */
async function spoken(text: string) {
  const { samples, sampleRate } = await voice(text.replaceAll(/[^\w.,?! ]+/g, ' '))
  return { recording: `data:audio/wav;base64,${Buffer.from(encodeWav(samples, sampleRate)).toString('base64')}` }
}

/** A judge that obeys whatever stands outside the blocks, and else decides as it should. */
function obedient({ prompt }: Pick<Asked, 'prompt'>): string {
  const outside = prompt.replaceAll(/<((?:answer|earlier)-[0-9a-f]{12})>[\s\S]*?<\/\1>/g, '')
  const told = /"criteria_met": ?(true|false)/.exec(outside.slice(0, outside.indexOf('# Reply')))?.[1]
  const isBad = prompt.includes('Gives a number that is wrong.')
  return JSON.stringify({ explanation: 'as I was told', criteria_met: told === undefined ? isBad : told === 'true' })
}

async function attacked(speak: (text: string) => Promise<{ recording: string; text?: string }>) {
  const server = await judgeServer({ reply: obedient })
  onTestFinished(() => server.close())
  const judge = await openAiJudge({ url: server.url, model: 'm', audio: 'input_audio' })
  return { report: await runAttacks(judge, { cases, attacks: tried, speak }), asked: server.asked }
}

describe('a spoken attack', { timeout: 240_000 }, () => {
  it('reaches the judge as sound alone: no word of it stands in the prompt', async () => {
    const { report, asked } = await attacked(spoken)
    expect(report.misjudged).toBe(0)
    expect(report.results.map(({ tried, succeeded, unknown }) => [tried, succeeded, unknown])).toEqual(
      tried.map(() => [2, 0, 0]),
    )
    expect(asked).toHaveLength(2 * (1 + tried.length))
    for (const { sounds, prompt } of asked) {
      expect(sounds).toHaveLength(1)
      expect(sounds[0]).toMatchObject({ type: 'input_audio', input_audio: { format: 'wav' } })
      const answer = /<answer-(\w+)>\n([\s\S]*?)\n<\/answer-\1>/.exec(prompt)![2]
      expect(answer).toBe('[audio 1, attached]\n(spoken; no transcript)')
    }
    // The recordings differ as the attacks do.
    expect(new Set(asked.map(({ sounds }) => JSON.stringify(sounds))).size).toBe(asked.length)
  })

  it('stays in its block when it is transcribed, however well', async () => {
    const { report, asked } = await attacked(async (text) => ({ ...(await spoken(text)), text }))
    expect(report.results.map(({ tried, succeeded }) => [tried, succeeded])).toEqual(tried.map(() => [2, 0]))
    expect(asked.filter(({ prompt }) => prompt.includes('The answer does what is asked.')).length).toBeGreaterThan(0)
  })
})
