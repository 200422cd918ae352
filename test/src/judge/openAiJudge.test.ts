import { expect, it, onTestFinished } from 'vitest'
import { type OpenAiJudgeOptions, openAiJudge } from '../../../src/judge/index.ts'
import { judgeServer, wordJudge } from './server.ts'

it('asks a server about each criterion and gives verdicts with evidence', async () => {
  const server = await judgeServer({ reply: wordJudge })
  onTestFinished(() => server.close())
  const options: OpenAiJudgeOptions = { url: server.url, model: 'm' }
  const judge = await openAiJudge(options)
  const criteria = ['dog', 'cat'].map((word) => ({ id: word, criterion: `Mentions "${word}".`, points: 1 }))
  const verdicts = await judge.judge({
    messages: [{ role: 'user', content: 'what?' }],
    answer: { text: 'Two Dogs bark.' },
    criteria,
  })
  expect(verdicts).toEqual([
    {
      criterionId: 'dog',
      met: true,
      reason: 'It has dog.',
      evidence: [{ kind: 'words', start: 4, end: 7, text: 'Dog' }],
    },
    { criterionId: 'cat', met: false, reason: 'It lacks cat.' },
  ])
  expect(judge.metrics()).toMatchObject({ calls: 2, verdicts: 2, unknown: 0, promptTokens: 200, completionTokens: 40 })
})
