// Judges answers and prints a line a verdict: criterion, tab, the key under which the server counts its prompt. Killed in
// the middle by a test.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openAiJudge } from '../../../src/judge/index.ts'
import { judgePrompt } from '../../../src/judge/prompt.ts'
import { judgeTemplates } from '../../../src/judge/templates/index.ts'

const { url, cache, concurrency, answers } = JSON.parse(process.argv[2]!) as {
  url: string
  cache: string
  concurrency: number
  answers: string[]
}
const judge = await openAiJudge({ url, model: 'm', cache, concurrency })
const template = judgeTemplates.find(({ name }) => name === 'quoting')!
await Promise.all(
  answers.flatMap((text) =>
    ['dog', 'cat', 'bell'].map(async (word) => {
      const task = {
        messages: [],
        answer: { text },
        criteria: [{ id: word, criterion: `Mentions "${word}".`, points: 1 }],
      }
      const [verdict] = await judge.judge(task)
      const { parts } = judgePrompt(task, 0, { template, audio: false, guard: true, maxAnswerChars: 20_000 })
      const prompt = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
      const key = createHash('sha256').update(prompt).digest('hex')
      writeSync(1, `${text} ${verdict!.criterionId} ${verdict!.met}\t${key}\n`)
    }),
  ),
)
judge.close()
