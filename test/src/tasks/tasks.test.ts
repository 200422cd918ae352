import { describe, expect, it } from 'vitest'
import { parseRubric, stringifyRubric } from '../../../rubrics/index.ts'
import { UsageError } from '../../../src/errors.ts'
import { wordingsOf } from '../../../src/promptBank/index.ts'
import { seededRandom } from '../../../src/random.ts'
import { judgeByVerifiers } from '../../../src/rollout/judgeAnswer.ts'
import { LANGUAGES, parseTags, renderTags } from '../../../src/tags/index.ts'
import {
  type Ask,
  askOf,
  describeTasks,
  promptOf,
  promptStyleFields,
  STYLES,
  type Task,
  taskFigures,
  taskNamed,
  tasks,
} from '../../../src/tasks/index.ts'

/** An answer that is right, another that is wrong, and what the task needs to be asked. */
const EXAMPLES: Record<string, { right: string; wrong: string; fields?: object }> = {
  transcription: { right: 'the dog barks twice at noon', wrong: 'a cat' },
  'word-times': { right: '<|0.00|>dog<|0.52|><|sil|><|0.80|>barks<|1.40|>', wrong: 'dog barks' },
  translation: { right: 'the dog barks twice', wrong: 'der Hund' },
  caption: { right: 'a dog barks twice in a yard', wrong: 'rain' },
  'sound-classification': { right: 'dog, rain', wrong: 'cat, wind, bell' },
  'scene-classification': { right: 'metro station', wrong: 'park' },
  'vocal-classification': { right: 'laughter', wrong: 'cough' },
  emotion: { right: 'anger', wrong: 'joy' },
  speaker: { right: 'female', wrong: 'male' },
  question: { right: 'two', wrong: 'three', fields: { question: 'How many dogs?', choices: ['two', 'three'] } },
  grounding: {
    right: '<|0.50|><|1.20|><|delim|><|2.00|><|2.30|>',
    wrong: 'at noon',
    fields: { phrase: 'a dog' },
  },
  'music-notes': {
    right: '<|pitch|><|midi_pitch_60|><|velocity|><|midi_velocity_100|><|sonic|>bright, percussive<|instrument|>guitar',
    wrong: '<|pitch|><|midi_pitch_61|><|instrument|>flute',
  },
  'music-description': { right: 'a calm piano ballad', wrong: 'noise' },
}

const asked = (task: Task): Ask => askOf({ name: task.name, ...EXAMPLES[task.name]!.fields })
const prompts = (given: object) => promptStyleFields.parse(given)

describe.each(tasks.map((task) => [task.name, task] as const))('the task %s', (name, task) => {
  const { right, wrong } = EXAMPLES[name]!

  it('is asked by tags that can be read back', () => {
    const text = renderTags(task.tags(asked(task)))
    expect(parseTags(text).tags).toEqual(task.tags(asked(task)))
  })

  it('has words in every language, held-out ones apart, each with its places filled', () => {
    const bank = task.words(asked(task))
    for (const language of LANGUAGES) {
      const [train, heldOut] = [wordingsOf(bank, language, 'train'), wordingsOf(bank, language, 'held-out')]
      if (name !== 'question') expect(heldOut.filter((wording) => train.includes(wording))).toEqual([])
      expect(new Set(train).size).toBe(train.length)
      for (let draw = 0; draw < 30; draw++) {
        const style = prompts({ paraphrases: 'all', languages: [language] })
        const text = promptOf(task, asked(task), style, seededRandom(draw))
        expect(text).not.toMatch(/[{}]|undefined/)
      }
    }
  })

  it('has a rubric that is one, and tells a right answer from a wrong one', () => {
    const target = task.target ?? ((answer: string) => answer)
    const rubric = task.rubric([target(right)], asked(task))
    expect(parseRubric(stringifyRubric(rubric, 'yaml'))).toEqual(rubric)
    const [good, poor] = [right, wrong].map((answer) => judgeByVerifiers(rubric, answer).score)
    expect(good).toBeGreaterThan(poor!)
    const decided = judgeByVerifiers(rubric, right).verdicts.filter(({ met }) => met !== null)
    for (const verdict of decided) {
      const { points } = rubric.criteria.find(({ id }) => id === verdict.criterionId)!
      expect(verdict.met, verdict.criterionId).toBe(points > 0)
    }
  })

  it('has figures that are best for right answers, in their units', () => {
    const references = [right]
    const answers = [right, right].map((answer) => ({
      answer,
      asked: { task: name, references, language: 'en' as const },
    }))
    const mixed = [{ ...answers[0]!, answer: wrong }, answers[1]!]
    const [best, worse] = [taskFigures(answers), taskFigures(mixed)]
    expect(best.map(({ metric }) => metric)).toEqual(task.metrics.map((metric) => metric.name))
    for (const [i, { better, value, unit }] of best.entries()) {
      if (unit === '%') expect(value).toBe(better === 'higher' ? 100 : 0)
      if (unit === 'ms') expect(value).toBe(0)
      const [a, b] = [value ?? 0, worse[i]!.value ?? 0]
      if (better === 'higher') expect(a).toBeGreaterThanOrEqual(b)
      else expect(a).toBeLessThanOrEqual(b)
    }
  })
})

describe('asking', () => {
  it('draws words by the seed and nothing else', () => {
    const caption = taskNamed('caption')
    const draw = (seed: number) => promptOf(caption, askOf('caption'), prompts({}), seededRandom(seed))
    expect(draw(1)).toBe(draw(1))
    expect(new Set(Array.from({ length: 40 }, (_, seed) => draw(seed))).size).toBeGreaterThan(4)
  })

  it('has a style for each way', () => {
    const grounding = taskNamed('grounding')
    const ask = askOf({ name: 'grounding', phrase: 'a dog' })
    const texts = STYLES.map((style) => promptOf(grounding, ask, prompts({ style }), seededRandom(1)))
    const [words, tags, paper, none] = texts
    expect(words).toContain('a dog')
    expect(tags).toBe(
      '<|startofanalysis|><|en|><|keyword|><|en|><|timestamps|><|audio_grounding|><|startofword|>a dog<|endofword|>',
    )
    expect(paper).toContain('<|analysis|>')
    expect(none).toBe('')
  })

  it('names the language of the answer in the language of the prompt', () => {
    const ask = askOf({ name: 'translation', audio_language: 'en', text_language: 'de' })
    const texts = Array.from({ length: 30 }, (_, seed) =>
      promptOf(taskNamed('translation'), ask, prompts({ languages: ['fr'] }), seededRandom(seed)),
    )
    expect(texts.filter((text) => text.includes('allemand')).length).toBe(30)
  })

  it('writes a transcript in the language that is spoken, and asks for no style that is not there', () => {
    expect(askOf({ name: 'transcription', audio_language: 'de' })).toMatchObject({
      textLanguage: 'de',
      style: 'wo_itn',
    })
    expect(askOf({ name: 'transcription', text_language: 'fr' })).toMatchObject({ audioLanguage: 'fr' })
    expect(askOf('caption')).toMatchObject({ audioLanguage: 'unknown', textLanguage: 'en', style: 'plain' })
  })

  it.each([
    ['captoin', 'unknown task "captoin". Did you mean "caption"?'],
    [{ name: 'caption', style: 'poem' }, 'task caption: no style "poem". It has plain, audiocaps, clotho.'],
    [{ name: 'emotion', style: 'x' }, 'task emotion: no style "x". It has none: leave style out.'],
    ['question', 'task question: question is missing. Write {name: question, question: …}.'],
  ])('refuses %j', (fields, message) => {
    expect(() => askOf(fields)).toThrow(new UsageError(message))
  })

  it('describes tasks as people read them', () => {
    const [one] = describeTasks(['grounding'], { paraphrases: 'held-out', languages: ['de'], count: 3, seed: '0' })
    expect(one).toMatchObject({ name: 'grounding', metrics: ['iou'], prompts: ['Von wann bis wann dauert „…“?'] })
    expect(() => describeTasks([], { paraphrases: 'all', languages: ['xx'], count: 1, seed: '0' })).toThrow(UsageError)
  })
})

describe('figures of tasks', () => {
  it('leave out answers without a task or a reference, and say what could not be read', () => {
    const reference = '<|0.00|>dog<|0.52|>'
    const of = (answer: string, references: string[]) => ({
      answer,
      asked: { task: 'word-times', references, language: 'en' as const },
    })
    const [shift] = taskFigures([{ answer: 'x' }, of(reference, [reference]), of('dog', [reference]), of('dog', [])])
    expect(shift).toEqual({
      task: 'word-times',
      metric: 'aas',
      value: 0,
      unit: 'ms',
      better: 'lower',
      n: 1,
      n_unread: 1,
    })
  })
})
