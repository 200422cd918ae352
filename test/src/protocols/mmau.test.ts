import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { mmauMatch, readMmau, scoreMmau } from '../../../src/protocols/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const row = (more: object) => ({
  id: 'a',
  audio_id: './a.wav',
  question: 'What is it?',
  choices: ['dog bark', 'cat meow'],
  answer: 'dog bark',
  task: 'sound',
  difficulty: 'easy',
  'sub-category': 'Event',
  ...more,
})

describe('MMAU’s string match', () => {
  it.each([
    ['The dog bark', true], // papers.md §11
    ['dog bark not cat meow', false],
    ['Bark, dog!', true],
    ['dog', false],
    ['dogbark', false],
    ['', false],
    ['…', false],
    ['a dog_bark', false], // an underscore is part of a word
  ])('of "dog bark" with %j is %s', (prediction, correct) => {
    expect(mmauMatch('dog bark', prediction, ['dog bark', 'cat meow'])).toBe(correct)
  })

  it('forgives words of a wrong choice that the answer has too', () => {
    expect(mmauMatch('A woman', 'a woman', ['A man', 'A woman'])).toBe(true)
    expect(mmauMatch('A woman', 'a woman, no man', ['A man', 'A woman'])).toBe(false)
  })

  it('counts letters of every script', () => {
    expect(mmauMatch('Männerchor', 'Ein MÄNNERCHOR.', ['Männerchor', 'Oper'])).toBe(true)
    expect(mmauMatch('狗', '狗', ['狗', '猫'])).toBe(true)
    expect(mmauMatch('½ x²', '½ of x²', ['½ x²'])).toBe(true) // numbers of every kind are \w to Python
  })
})

describe('MMAU’s report', () => {
  const rows = [
    row({ model_output: 'dog bark' }),
    row({ id: 'b', model_output: 'cat meow', difficulty: 'hard' }),
    row({ id: 'c', model_prediction: 'the dog bark', task: 'music', 'sub-category': null }),
    row({ id: 'd', task: 'speech' }),
  ]

  it('has accuracy in all and by part, over the rows that have a prediction', () => {
    const file = path.join(folderWith({ 'mmau.json': JSON.stringify(rows) }), 'mmau.json')
    const score = scoreMmau(readMmau(file))
    expect(score.total).toEqual({ accuracy: 2 / 3, n: 3 })
    expect(score.nMissing).toBe(1)
    expect(score.byTask).toEqual(
      new Map([
        ['sound', { accuracy: 0.5, n: 2 }],
        ['music', { accuracy: 1, n: 1 }],
      ]),
    )
    expect(score.byDifficulty.get('hard')).toEqual({ accuracy: 0, n: 1 })
    expect([...score.bySubCategory.keys()]).toEqual(['Event'])
  })

  it('of rows without predictions is unknown, not 0', () => {
    const file = path.join(folderWith({ 'mmau.jsonl': jsonLines(rows[3]) }), 'mmau.jsonl')
    expect(scoreMmau(readMmau(file)).total).toEqual({ accuracy: null, n: 0 })
  })

  it('refuses what is no row, with its place', () => {
    const folder = folderWith({
      'list.json': JSON.stringify([rows[0], { id: 'x' }]),
      'lines.jsonl': `${JSON.stringify(rows[0])}\n{"id": 3\n`,
      'empty.jsonl': '\n',
    })
    const read = (name: string) => () => readMmau(path.join(folder, name))
    expect(read('list.json')).toThrow('list.json [1] question')
    expect(read('lines.jsonl')).toThrow('lines.jsonl:2: not JSON: {"id": 3')
    expect(read('empty.jsonl')).toThrow('empty.jsonl: no rows.')
    expect(read('none.json')).toThrow('none.json: no such file.')
  })
})
