import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { constrainLines, reverseLines, scoreQuality, tagLines, type WriterOptions } from '../../../src/craft/index.ts'
import { BudgetSpent } from '../../../src/judge/error.ts'
import { type Asked, judgeServer } from '../judge/server.ts'
import { folderWith, jsonLines } from '../temporary.ts'

async function writing(records: readonly object[], reply: (asked: Asked) => string, more: object = {}) {
  const server = await judgeServer({ reply, ...more })
  onTestFinished(() => server.close())
  const folder = folderWith({ 'in.jsonl': jsonLines(...records) })
  const out = path.join(folder, 'out.jsonl')
  const writer: WriterOptions = { model: 'm', url: server.url, concurrency: 4 }
  const shared = { inputs: [path.join(folder, 'in.jsonl')], out, writer }
  const lines = (file = out) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  return { server, folder, out, shared, lines }
}

const questions = Array.from({ length: 12 }, (_, id) => ({ id, question: `question ${id}`, note: 'kept' }))
const tags = ({ prompt }: Asked) =>
  JSON.stringify({ tags: ['Sound', 'sound', `q ${/question (\d+)/.exec(prompt)![1]}`] })

describe('a model that writes', () => {
  it('tags each record once, lower case, in the order of the input, whatever the order of replies', async () => {
    const { shared, lines } = await writing(questions, tags, { rate: 0.3 })
    const report = await tagLines(shared)
    expect(lines()).toEqual(questions.map((own) => ({ ...own, labels: ['sound', `q ${own.id}`] })))
    expect(report).toMatchObject({ read: 12, kept: 12, dropped: {}, resumed: 0 })
  })

  it('drops what no readable reply could be had for, and says so', async () => {
    const { shared, lines, out } = await writing(questions, (asked) =>
      asked.prompt.includes('question 3') ? 'I would rather not.' : tags(asked),
    )
    const report = await tagLines({ ...shared, writer: { ...shared.writer, attempts: 2 } })
    expect(report.dropped).toEqual({ 'no readable reply': 1 })
    expect(lines(out.replace('.jsonl', '.dropped.jsonl'))[0]).toMatchObject({ line: 4, record: { id: 3 } })
  })

  it('goes on where the budget ended: nothing is asked twice, and the file is as if it had never stopped', async () => {
    const { shared, server, lines, out } = await writing(questions, tags)
    const few = { ...shared, writer: { ...shared.writer, budget: { calls: 5 } } }
    await expect(tagLines(few)).rejects.toThrow(BudgetSpent)
    await expect(tagLines(few)).rejects.toThrow(/of 12 records are done.*goes on from there/)
    expect(existsSync(out)).toBe(false)
    const report = await tagLines(shared)
    expect(report.resumed).toBeGreaterThan(0)
    expect(lines()).toEqual(questions.map((own) => ({ ...own, labels: ['sound', `q ${own.id}`] })))
    expect(server.asked.length).toBeLessThanOrEqual(12 + 4) // but for what was under way when a budget ended
    expect(existsSync(`${out}.part`)).toBe(false)
  })

  it('refuses to go on under other settings', async () => {
    const { shared } = await writing(questions, tags)
    await expect(tagLines({ ...shared, writer: { ...shared.writer, budget: { calls: 5 } } })).rejects.toThrow(
      BudgetSpent,
    )
    await expect(tagLines({ ...shared, into: 'other' })).rejects.toThrow(/was begun with other settings/)
  })

  it('keeps replies in a cache: another run over the same records asks nothing', async () => {
    const { shared, server, folder } = await writing(questions, tags)
    const cached = { ...shared, writer: { ...shared.writer, cache: path.join(folder, 'replies.sqlite') } }
    await tagLines(cached)
    const before = server.asked.length
    const report = await tagLines({ ...cached, out: path.join(folder, 'again.jsonl') })
    expect(server.asked.length).toBe(before)
    expect(report.writer.cached).toBe(12)
  })
})

describe('quality by anchored comparison', () => {
  const level = (text: string) => Number(/level (\d+)/.exec(text)![1])
  const anchors = Array.from({ length: 8 }, (_, quality) => ({ text: `anchor of level ${2 * quality}`, quality }))
  /** Says which of both texts has the higher level. */
  const honest = ({ prompt }: Asked) => {
    const [, a, b] = /<text-a>\n(.*)\n<\/text-a>[\s\S]*<text-b>\n(.*)\n<\/text-b>/.exec(prompt)!
    return JSON.stringify({
      explanation: '',
      better: level(a!) > level(b!) ? 'A' : level(a!) < level(b!) ? 'B' : 'tie',
    })
  }

  it('finds the level of each text in about log₂ as many comparisons as there are levels', async () => {
    const records = [
      { text: 'of level -1'.replace('-', '') },
      { text: 'level 7' },
      { text: 'level 99' },
      { text: 'level 0' },
    ]
    const { shared, lines, folder } = await writing(records, honest)
    const file = folderWith({ 'anchors.jsonl': jsonLines(...anchors) })
    await scoreQuality({ ...shared, anchors: path.join(file, 'anchors.jsonl') })
    expect(lines().map(({ quality }) => quality)).toEqual([1 / 8, 4 / 8, 1, 0])
    for (const { quality_comparisons: n } of lines()) expect(n).toBeLessThanOrEqual(8)
    expect(folder).not.toBe(file)
  })

  it('a judge that always prefers the first place tells nothing: all score 0', async () => {
    const { shared, lines } = await writing([{ text: 'level 5' }], () => '{"better": "A"}')
    const file = folderWith({ 'anchors.jsonl': jsonLines(...anchors) })
    await scoreQuality({ ...shared, anchors: path.join(file, 'anchors.jsonl') })
    expect(lines()[0].quality).toBe(0)
  })

  it('drops below the least score, and refuses anchors of one level', async () => {
    const { shared } = await writing([{ text: 'level 1' }], honest)
    const file = folderWith({ 'a.jsonl': jsonLines(...anchors), 'one.jsonl': jsonLines(anchors[0]) })
    const report = await scoreQuality({ ...shared, anchors: path.join(file, 'a.jsonl'), least: 0.5 })
    expect(report.dropped).toEqual({ 'quality below 0.5': 1 })
    expect(() => scoreQuality({ ...shared, anchors: path.join(file, 'one.jsonl') })).toThrow(/1 level of quality/)
  })
})

describe('response reversal', () => {
  it('writes the prompt again until it asks for all that the text keeps to', async () => {
    const { shared, lines } = await writing([{ id: 'x', text: 'A haiku about rain.' }], ({ prompt }) => {
      if (prompt.startsWith('Below is a text')) return '{"prompt": "Write about rain."}'
      if (prompt.startsWith('Rewrite')) return '```json\n{"prompt": "Write a haiku about rain."}\n```'
      return JSON.stringify({ missing: prompt.includes('Write a haiku') ? [] : ['that it is a haiku'] })
    })
    await reverseLines(shared)
    expect(lines()).toEqual([
      {
        id: 'x',
        messages: [
          { role: 'user', content: 'Write a haiku about rain.' },
          { role: 'assistant', content: 'A haiku about rain.' },
        ],
        reversal_rounds: 2,
      },
    ])
  })

  it('drops a text whose prompt never catches up, and says what it misses', async () => {
    const { shared, lines, out } = await writing([{ text: 'Rain.' }], ({ prompt }) =>
      prompt.startsWith('A user') ? '{"missing": ["brevity"]}' : '{"prompt": "Write."}',
    )
    await reverseLines({ ...shared, rounds: 2 })
    expect(lines(out.replace('.jsonl', '.dropped.jsonl'))[0]).toMatchObject({
      reason: 'prompt misses what the text keeps to',
      missing: ['brevity'],
    })
  })
})

describe('constraint expansion', () => {
  it('has a model join prompt and constraints, keeps the clip, and adds the rubric', async () => {
    const heard = [
      { type: 'audio', path: 'a.wav' },
      { type: 'text', text: 'What is it?' },
    ]
    const record = {
      id: 'a',
      messages: [
        { role: 'user', content: heard },
        { role: 'assistant', content: 'A dog.' },
      ],
    }
    const { shared, lines } = await writing([record], ({ prompt }) =>
      JSON.stringify({ prompt: `joined: ${/<demands>\n([\s\S]*)\n<\/demands>/.exec(prompt)![1]}` }),
    )
    await constrainLines({ ...shared, count: 2 })
    const [sample] = lines()
    expect(sample.messages).toHaveLength(1)
    expect(sample.messages[0].content[0]).toEqual(heard[0])
    for (const { criterion } of sample.rubric.criteria) expect(sample.messages[0].content[1].text).toContain(criterion)
    expect(sample.constraints).toHaveLength(2)
  })
})
