import { nGrams } from './bleu.ts'
import { type Metric, meanOf } from './metric.ts'

const ORDER = 4
/** Words by which two captions may differ in length; a Gaussian's deviation (CIDEr-D). */
const SIGMA = 6

/**
 * Words of a caption as the COCO tools count them: the Penn Treebank's, in lower case, without punctuation. Clitics stand
 * apart ("isn't" is "is n't"), as they do there; rarer rules of its tokenizer are left out.
 */
export const captionWords = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/(\p{L})n't(?![\p{L}\p{N}])/gu, "$1 n't")
    .replaceAll(/\bcannot\b/g, 'can not')
    .replaceAll(/(\p{L})'(s|m|d|re|ve|ll)(?![\p{L}\p{N}])/gu, "$1 '$2")
    .split(/\s+/)
    .flatMap((word) => (/^(?:n't|'(?:s|m|d|re|ve|ll))/.test(word) ? word.replace(/[^\p{L}']+$/u, '') : bare(word)))
    .filter(Boolean)

/** A word without punctuation around it; inside, commas of numbers, hyphens and the like stay. */
const bare = (word: string): string[] =>
  word
    .split(/(?:--+|\.{3}|[;:!?"()[\]{}]|,(?!\d)|'(?!\p{L}))+/u)
    .map((part) => part.replaceAll(/^[^\p{L}\p{N}$%&#]+|[^\p{L}\p{N}$%&#]+$/gu, ''))

/** tf-idf of every n-gram by length; its norms; and how many pairs of words there are, which stands for the length. */
interface Vector {
  readonly weights: readonly ReadonlyMap<string, number>[]
  readonly norms: readonly number[]
  readonly length: number
}

/**
 * CIDEr of every answer as pycocoevalcap computes it: CIDEr-D's clipping and length penalty, n-grams of one to four words
 * weighted by how few of the clips have them in a reference, times 10 (arXiv 1411.5726). The weights come from the
 * references given, so that one clip alone has a CIDEr of 0, and figures of different sets do not compare.
 *
 * @param answers words of each answer
 * @param references words of each reference, one list a clip
 */
export function cider(
  answers: readonly (readonly string[])[],
  references: readonly (readonly (readonly string[])[])[],
): number[] {
  const nClips = new Map<string, number>()
  const cooked = references.map((some) => some.map(nGrams))
  for (const some of cooked) {
    for (const gram of new Set(some.flatMap((counts) => [...counts.keys()])))
      nClips.set(gram, (nClips.get(gram) ?? 0) + 1)
  }
  const logClips = Math.log(references.length)
  const vectorOf = (counts: ReadonlyMap<string, number>): Vector => {
    const weights = Array.from({ length: ORDER }, () => new Map<string, number>())
    const norms = new Array<number>(ORDER).fill(0)
    let length = 0
    for (const [gram, count] of counts) {
      const n = gram.split(' ').length - 1
      const weight = count * (logClips - Math.log(Math.max(1, nClips.get(gram) ?? 0)))
      weights[n]!.set(gram, weight)
      norms[n]! += weight ** 2
      if (n === 1) length += count
    }
    return { weights, norms: norms.map(Math.sqrt), length }
  }
  return answers.map((answer, i) => {
    const said = vectorOf(nGrams(answer))
    const similarities = cooked[i]!.map((counts) => similarity(said, vectorOf(counts)))
    return 10 * (meanOf(similarities) ?? 0)
  })
}

/** Mean over lengths of n-grams of the clipped cosine. */
function similarity(said: Vector, right: Vector): number {
  const penalty = Math.exp(-((said.length - right.length) ** 2) / (2 * SIGMA ** 2))
  const cosines = said.weights.map((weights, n) => {
    let product = 0
    for (const [gram, weight] of weights) {
      const other = right.weights[n]!.get(gram) ?? 0
      product += Math.min(weight, other) * other
    }
    const norms = said.norms[n]! * right.norms[n]!
    return norms === 0 ? product : product / norms
  })
  return (penalty * cosines.reduce((sum, cosine) => sum + cosine, 0)) / ORDER
}

/** Mean CIDEr over clips. */
export const captionCider: Metric = {
  name: 'cider',
  unit: '',
  better: 'higher',
  about: 'CIDEr-D as pycocoevalcap computes it, on words of our own tokenizer; 0 to 10',
  measure(judged) {
    // Every n-gram of a single clip is in all clips, and weighs nothing.
    if (judged.length < 2) return { value: null, n: judged.length }
    const scores = cider(
      judged.map(({ answer }) => captionWords(answer)),
      judged.map(({ references }) => references.map(captionWords)),
    )
    return { value: meanOf(scores), n: judged.length }
  },
}
