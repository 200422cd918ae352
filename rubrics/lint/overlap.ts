import { fold } from '../verifiers/words.ts'
import { rubricRule } from './rule.ts'

const ALIKE = 0.6 // share of the words of both that both have

/** Words that say nothing about what a criterion is about; `not` stays. */
const IDLE = new Set(
  'a an the is are was be of to in on at for with and or it its that which what this these those as by from has have does do any all every each one some so than then their there when where while answer response says say states state mentions mention gives give names name'.split(
    ' ',
  ),
)
const NEGATION = new Set(['not', 'no', 'never', 'without', "doesn't", "isn't", 'avoids', 'avoid', 'omits', 'fails'])

export const overlap = rubricRule({
  name: 'overlap',
  severity: 'warning',
  about: 'Two criteria say the same, or one says the opposite of the other: what is seen once counts twice.',
  check: ({ criteria }) => {
    const words = criteria.map(({ criterion }) => contentWords(criterion))
    return criteria.flatMap(({ points }, index) => {
      for (let before = 0; before < index; before++) {
        const [a, b] = [words[before]!, words[index]!]
        if (jaccard(a.words, b.words) < ALIKE) continue
        const other = `criteria[${before}] "${criteria[before]!.id}"`
        const sameSide = points > 0 === criteria[before]!.points > 0
        if (a.negated === b.negated && sameSide) {
          return [{ index, message: `says nearly what ${other} says. Keep one, or say what sets them apart.` }]
        }
        if (a.negated !== b.negated && !sameSide) {
          return [{ index, message: `is ${other} the other way round, so it counts twice. Keep one of them.` }]
        }
        return [{ index, message: `contradicts ${other}: both cannot be earned for what they say. Rewrite one.` }]
      }
      return []
    })
  },
})

function contentWords(text: string): { words: Set<string>; negated: boolean } {
  const all = fold(text).match(/[\p{L}\p{N}']+/gu) ?? []
  const stem = (word: string) => word.replace(/(?:ies|es|s|ing|ed|e)$/u, '')
  const content = all.filter((word) => !IDLE.has(word) && !NEGATION.has(word))
  return { words: new Set(content.map(stem)), negated: all.some((word) => NEGATION.has(word)) }
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((word) => b.has(word)).length
  const union = a.size + b.size - both
  return union === 0 ? 0 : both / union
}
