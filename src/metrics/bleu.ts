import { type Judged, type Metric, partsBy } from './metric.ts'

/** Longest n-gram. */
const ORDER = 4

/** mteval-v13a's splitting, sacreBLEU's default. */
function tokens13a(text: string): string[] {
  const plain = text
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
  return western(` ${plain} `)
}

const western = (text: string): string[] =>
  text
    .replaceAll(/([{-~[-` -&(-+:-@/])/g, ' $1 ')
    .replaceAll(/([^0-9])([.,])/g, '$1 $2 ')
    .replaceAll(/([.,])([^0-9])/g, ' $1 $2')
    .replaceAll(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter(Boolean)

/** Characters that sacreBLEU's `zh` puts apart: Han, and what is written full width. */
const CHINESE = new RegExp(
  '[\\u3400-\\u4db5\\u4e00-\\u9fbb\\uf900-\\ufa2d\\ufa30-\\ufa6a\\ufa70-\\ufad9\\uff00-\\uffef\\u2e80-\\u2eff' +
    '\\u3000-\\u303f\\u31c0-\\u31ef\\u2f00-\\u2fdf\\u2ff0-\\u2fff\\u3100-\\u312f\\u31a0-\\u31bf\\ufe10-\\ufe1f' +
    '\\ufe30-\\ufe4f\\u2600-\\u26ff\\u2700-\\u27bf\\u3200-\\u32ff\\u3300-\\u33ff]',
  'g',
)

const SPLITTERS = {
  '13a': tokens13a,
  zh: (text: string) => western(text.trim().replaceAll(CHINESE, ' $& ')),
  char: (text: string) => [...text].filter((character) => character.trim() !== ''),
} as const
export type BleuTokenizer = keyof typeof SPLITTERS

/** What the released evaluator cuts a language by; Japanese, for which it needs MeCab, by characters here. */
const tokenizerFor = (language = 'en'): BleuTokenizer =>
  language.startsWith('zh') ? 'zh' : language === 'ja' ? 'char' : '13a'

/**
 * BLEU of a corpus, 0 to 100, equal to sacreBLEU's default (exponential smoothing, no effective order; ACL W18-6319).
 *
 *   BLEU = BP · exp(¼ · Σₙ ln pₙ),    BP = min(1, exp(1 − r/c))
 *
 * @param references one list an answer, all equally good; the closest in length counts for r
 */
export function corpusBleu(
  answers: readonly string[],
  references: readonly (readonly string[])[],
  tokenizer: BleuTokenizer = '13a',
): number {
  const split = (text: string) => SPLITTERS[tokenizer](text.trimEnd())
  const correct = new Array<number>(ORDER).fill(0)
  const total = new Array<number>(ORDER).fill(0)
  let [nAnswer, nReference] = [0, 0]
  for (const [i, answer] of answers.entries()) {
    const said = split(answer)
    const right = references[i]!.map(split)
    nAnswer += said.length
    nReference += closestLength(
      said.length,
      right.map((words) => words.length),
    )
    const allowed = new Map<string, number>()
    for (const words of right) {
      for (const [gram, count] of nGrams(words)) allowed.set(gram, Math.max(allowed.get(gram) ?? 0, count))
    }
    for (const [gram, count] of nGrams(said)) {
      const order = gram.split(' ').length - 1
      total[order]! += count
      correct[order]! += Math.min(count, allowed.get(gram) ?? 0)
    }
  }
  if (correct.every((count) => count === 0)) return 0
  let smoothing = 1
  let logs = 0
  for (let n = 0; n < ORDER; n++) {
    if (total[n] === 0) return 0 // no answer is as long as that
    if (correct[n] === 0) smoothing *= 2
    logs += Math.log(correct[n] === 0 ? 100 / (smoothing * total[n]!) : (100 * correct[n]!) / total[n]!)
  }
  const brevity = nAnswer < nReference ? Math.exp(1 - nReference / nAnswer) : 1
  return brevity * Math.exp(logs / ORDER)
}

/** Every run of one to four words, with how often it comes. Words hold no spaces. */
export function nGrams(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (let n = 1; n <= ORDER; n++) {
    for (let start = 0; start + n <= words.length; start++) {
      const gram = words.slice(start, start + n).join(' ')
      counts.set(gram, (counts.get(gram) ?? 0) + 1)
    }
  }
  return counts
}

/** The nearest length; the shorter of two that are equally near. */
const closestLength = (length: number, lengths: readonly number[]): number =>
  lengths.reduce((best, other) => {
    const [near, far] = [Math.abs(other - length), Math.abs(best - length)]
    return near < far || (near === far && other < best) ? other : best
  })

/** sacreBLEU over all answers of a language; over several languages their plain mean, as papers report it. */
export const bleu: Metric = {
  name: 'bleu',
  unit: '',
  better: 'higher',
  about: 'sacreBLEU, 0 to 100: 13a, for Chinese zh, for Japanese characters',
  measure(judged) {
    const languages = [...new Set(judged.map(({ language }) => language ?? 'en'))]
    if (languages.length < 2) return partsBy(judged, () => languages[0], bleuOf(languages[0]))
    const of = (name: string) => bleuOf(name)(judged.filter(({ language = 'en' }) => language === name))
    const parts = Object.fromEntries(languages.map((name) => [name, of(name)]))
    const values = Object.values(parts)
    return { value: values.reduce((sum, value) => sum + value, 0) / values.length, n: judged.length, parts }
  },
}

const bleuOf = (language: string | undefined) => (judged: readonly Judged[]) =>
  corpusBleu(
    judged.map(({ answer }) => answer),
    judged.map(({ references }) => references),
    tokenizerFor(language),
  )
