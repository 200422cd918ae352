import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSamples } from '../../../src/data/index.ts'
import { UsageError } from '../../../src/errors.ts'
import { promptStyleFields } from '../../../src/tasks/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const line = (task: unknown, answer?: string, more: object = {}) => ({
  task,
  messages: [
    { role: 'user', content: [{ type: 'audio', path: 'a.wav' }] },
    ...(answer === undefined ? [] : [{ role: 'assistant', content: answer }]),
  ],
  ...more,
})
const samplesOf = async (lines: object[], options: Parameters<typeof loadSamples>[1] = {}) => {
  const folder = folderWith({ 'd.jsonl': jsonLines(...lines), 'a.wav': '' })
  return loadSamples(path.join(folder, 'd.jsonl'), options)
}
const promptOf = ({ messages }: { messages: readonly { content: unknown }[] }) => {
  const { content } = messages.at(-1)!.content === undefined ? messages[0]! : messages[0]!
  return (content as { type: string; text?: string }[]).map(({ type, text }) => text ?? type)
}

describe('a line that names a task', () => {
  it('is asked in tags or in words, as it is told', async () => {
    const lines = [line('caption', 'a dog barks')]
    const tags = await samplesOf(lines, { prompts: promptStyleFields.parse({ style: 'tags' }) })
    expect(promptOf(tags.samples[0]!)).toEqual([
      'audio',
      '<|startofanalysis|><|unknown|><|caption|><|en|><|notimestamps|><|caption_plain|>',
    ])
    const words = await samplesOf(lines)
    expect(promptOf(words.samples[0]!)[1]).toMatch(/^[A-Z][^<]*$/)
    const none = await samplesOf(lines, { prompts: promptStyleFields.parse({ style: 'none' }) })
    expect(promptOf(none.samples[0]!)).toEqual(['audio'])
  })

  it('is asked alike by one seed, and otherwise by another', async () => {
    const lines = Array.from({ length: 12 }, (_, i) => line('caption', 'a dog', { id: `s${i}` }))
    const texts = async (seed: number) =>
      (await samplesOf(lines, { seed })).samples.map((sample) => promptOf(sample)[1])
    expect(await texts(1)).toEqual(await texts(1))
    expect(await texts(1)).not.toEqual(await texts(2))
    expect(new Set(await texts(1)).size).toBeGreaterThan(3)
  })

  it('has its answer as the reference, or what the line says is right, and a rubric of it', async () => {
    const { samples } = await samplesOf([
      line('emotion', 'happy'),
      line('caption', undefined, { reference: ['a dog barks', 'a hound howls'] }),
      line('emotion'),
      line('emotion', 'sad', { rubric: 'audio-qa' }),
    ])
    expect(samples.map(({ asked }) => asked!.references)).toEqual([
      ['happy'],
      ['a dog barks', 'a hound howls'],
      [],
      ['sad'],
    ])
    expect(samples[0]!.rubric).toMatchObject({ name: 'emotion', criteria: [{ id: 'right', points: 1 }] })
    expect(samples[1]!.reference).toBe('a dog barks\na hound howls')
    expect(samples[2]!.rubric).toBeUndefined()
    expect(samples[3]!.rubric).toBe('audio-qa')
  })

  it('keeps words of its own', async () => {
    const own = {
      task: 'emotion',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'audio', path: 'a.wav' },
            { type: 'text', text: 'Mood?' },
          ],
        },
        { role: 'assistant', content: 'sad' },
      ],
    }
    const { samples } = await samplesOf([own])
    expect(promptOf(samples[0]!)).toEqual(['audio', 'Mood?'])
    expect(samples[0]!.asked!.task).toBe('emotion')
  })

  it('is read alone where only its task is asked for, and the others are counted', async () => {
    const { samples, report } = await samplesOf(
      [line('emotion', 'sad'), line('caption', 'a dog'), line(null, 'x'), line('emotion', 'happy')],
      { tasks: ['emotion'] },
    )
    expect(samples).toHaveLength(2)
    expect(report).toMatchObject({ samples: 2, otherTasks: 2 })
  })

  it.each([
    [line('emotoin', 'sad'), 'task: unknown task "emotoin". Did you mean "emotion"?'],
    [line({ name: 'grounding' }, 'x'), 'task: grounding: phrase is missing.'],
    [line('word-times', 'dog'), 'task: no stream of word times: no time token in it.'],
    [
      line({ name: 'transcription', audio_language: 'de', text_language: 'en' }, 'x'),
      'task: tags: a transcript of de in en.',
    ],
    [line({ nam: 'caption' }, 'x'), 'task'],
  ])('is refused with its file and line: %j', async (bad, message) => {
    const failed = samplesOf([bad], { prompts: promptStyleFields.parse({ style: 'tags' }) })
    await expect(failed).rejects.toThrow(UsageError)
    await expect(failed).rejects.toThrow(`d.jsonl:1 ${message}`)
  })

  it('may be a row of an audio folder', async () => {
    const folder = folderWith({ 'metadata.csv': 'file_name,text,task\na.wav,sad,emotion\n', 'a.wav': '' })
    const { samples } = await loadSamples(folder, { prompts: promptStyleFields.parse({ style: 'tags' }) })
    expect(promptOf(samples[0]!)[1]).toContain('<|emotion_recognition|>')
    expect(samples[0]!.asked!.references).toEqual(['sad'])
  })
})
