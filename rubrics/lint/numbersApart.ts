import { criterionRule } from './rule.ts'

export const numbersApart = criterionRule({
  name: 'numbers-apart',
  severity: 'error',
  about: 'The text promises one number and the verifier checks another.',
  bad: { criterion: 'Says it in at most 25 words.', points: 2, verify: { kind: 'word-count', max: 30 } },
  good: { criterion: 'Says it in at most 25 words.', points: 2, verify: { kind: 'word-count', max: 25 } },
  check: ({ criterion, verify }) => {
    if (verify === undefined || !['word-count', 'speaking-rate', 'measure'].includes(verify.kind)) return null
    const said = (criterion.match(/(?<![\p{L}\d.-])[-−]?\d+(?:\.\d+)?/gu) ?? []).map((text) =>
      Number(text.replace('−', '-')),
    )
    const checked = Object.values(verify).filter((value): value is number => typeof value === 'number')
    if (said.length === 0) return null
    const stray = said.find((number) => !checked.some((value) => sameQuantity(value, number)))
    return stray === undefined
      ? null
      : `the text says ${stray}, and the verifier checks ${checked.join(' and ')}. Make them agree.`
  },
})

/** 2 % and 0.02 are one, as are 500 ms and 0.5 s; a loudness may be written without its sign. */
const sameQuantity = (value: number, said: number): boolean =>
  [1, 100, 1000].some((factor) => Math.abs(Math.abs(value) * factor - Math.abs(said)) < 1e-6)
