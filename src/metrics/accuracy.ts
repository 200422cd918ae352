import { type Judged, type Metric, meanOf, partsBy, perCent } from './metric.ts'

/** A label without what makes no difference: case, punctuation, an article, spaces. */
export const bareLabel = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}\s_]+/gu, ' ')
    .trim()
    .replace(/^(?:an?|the) /, '')

/** Share of answers that are one of their references. */
export const accuracy: Metric = {
  name: 'accuracy',
  unit: '%',
  better: 'higher',
  about: 'share of answers that are the reference, but for case, punctuation and an article',
  measure: (judged) => perCent(partsBy(judged, () => undefined, shareRight)),
}

const isRight = ({ answer, references }: Judged): boolean => references.map(bareLabel).includes(bareLabel(answer))

const shareRight = (judged: readonly Judged[]) => meanOf(judged.map((one) => Number(isRight(one))))
