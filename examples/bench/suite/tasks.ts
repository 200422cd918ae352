import type { SeededRandom } from '../../../src/random.ts'

/**
 * What the suite's models learn to do with letters. A program decides every answer, lengths make problems easy or hard, and
 * a model of 0.1 million parameters does part of it after 300 steps: there is something to gain and something to lose.
 */
const LETTERS = [...'abcdefghij']
const DO = {
  sort: (letters: readonly string[]) => letters.toSorted(),
  turn: (letters: readonly string[]) => letters.toReversed(),
  shift: (letters: readonly string[]) => letters.map((letter) => LETTERS[(LETTERS.indexOf(letter) + 1) % 10]!),
}
export type Domain = keyof typeof DO
export const DOMAINS = Object.keys(DO) as Domain[]

export interface Problem {
  readonly domain: Domain
  readonly length: number
  readonly question: string
  readonly answer: string
}

export interface Which {
  readonly domains?: readonly Domain[]
  readonly lengths?: readonly [least: number, most: number]
  /** Problems that no model of the suite is trained on, or the others. */
  readonly heldOut?: boolean
}

/** Draws problems; domains take turns, so that there are as many of each. */
export function problems(
  count: number,
  random: SeededRandom,
  { domains = DOMAINS, lengths: [least, most] = [2, 6], heldOut = false }: Which = {},
): Problem[] {
  const found: Problem[] = []
  while (found.length < count) {
    const domain = domains[found.length % domains.length]!
    const length = least + random.integer(most - least + 1)
    const letters = Array.from({ length }, () => LETTERS[random.integer(LETTERS.length)]!)
    const question = questionOf(domain, letters)
    if (isHeldOut(question) === heldOut) found.push({ domain, length, question, answer: DO[domain](letters).join(' ') })
  }
  return found
}

const questionOf = (domain: Domain, letters: readonly string[]): string =>
  `${domain} ${letters.length}: ${letters.join(' ')}`

/** A fifth of all questions, whatever the seed. */
function isHeldOut(question: string): boolean {
  let hash = 0
  for (const char of question) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0
  return (hash >>> 8) % 5 === 0
}

/** The problem that a question is; null where it cannot be solved: no such task, no such letter, or another number of letters. */
export function problemOf(question: string): Problem | null {
  const [, domain, count, list] = /^(\w+) (\d+):((?: [a-j])*)$/.exec(question.trim()) ?? []
  const letters = (list ?? '').trim().split(' ')
  if (!DOMAINS.some((known) => known === domain) || letters.length !== Number(count) || letters[0] === '') return null
  const own = domain as Domain
  return { domain: own, length: letters.length, question: question.trim(), answer: DO[own](letters).join(' ') }
}

/** Share of an answer's places that hold the right letter: what an annotator who gives absolute scores would give. */
export function shareRight(problem: Problem, answer: string): number {
  const [right, given] = [problem.answer.split(' '), answer.trim().split(/\s+/)]
  return right.filter((letter, i) => given[i] === letter).length / Math.max(right.length, given.length)
}

const user = (content: string) => ({ role: 'user', content })

/** Rows to learn from. */
export const taught = (some: readonly Problem[], answerOf: (problem: Problem, i: number) => string = right): object[] =>
  some.map((problem, i) => ({
    id: `taught-${i}`,
    messages: [user(problem.question), { role: 'assistant', content: answerOf(problem, i) }],
  }))

const right = ({ answer }: Problem): string => answer

/** Rows to ask: a rubric of one criterion, which a verifier decides. */
export const asked = (some: readonly Problem[]): object[] =>
  some.map(({ domain, question, answer }, i) => ({
    id: `asked-${i}`,
    messages: [user(question)],
    reference: answer,
    rubric: {
      name: 'right',
      criteria: [
        {
          id: 'right',
          criterion: `Is ${answer}.`,
          points: 1,
          tags: [`group:${domain}`],
          verify: { kind: 'exact', any_of: [answer] },
        },
      ],
    },
  }))
