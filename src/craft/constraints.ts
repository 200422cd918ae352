import type { VerifySpec } from '../../rubrics/index.ts'
import type { SeededRandom } from '../random.ts'

/** A demand on an answer: how it is said, and what decides it where a program can. */
export interface Constraint {
  readonly id: string
  readonly text: string
  readonly verify?: VerifySpec
}

interface Kind {
  readonly id: string
  readonly family: 'length' | 'words' | 'form' | 'layout' | 'language' | 'style' | 'content' | 'situation'
  readonly draw: (random: SeededRandom) => Omit<Constraint, 'id'>
}

const pick = <T>(random: SeededRandom, ...choices: readonly T[]): T => choices[random.integer(choices.length)]!
const regex = (pattern: string, flags = 'i'): VerifySpec => ({ kind: 'regex', pattern, flags })
const kind = (id: string, family: Kind['family'], draw: Kind['draw']): Kind => ({ id, family, draw })
/** A demand that only a judge can decide. */
const said = (id: string, family: Kind['family'], ...texts: readonly string[]): Kind =>
  kind(id, family, (random) => ({ text: pick(random, ...texts) }))

/** The beginning of the whole text, where `^` is that of every line. */
const START = '(?<![\\s\\S])'
const LINE = '[^\\n]*\\S[^\\n]*'

/** Every type of constraint, as constraint expansion puts them into prompts (Baichuan Alignment names more than 30 types). */
export const constraintKinds: readonly Kind[] = [
  kind('at-most-words', 'length', (random) => {
    const max = pick(random, 20, 30, 40, 60, 80, 120)
    return { text: `Use at most ${max} words.`, verify: { kind: 'word-count', min: 0, max } }
  }),
  kind('at-least-words', 'length', (random) => {
    const min = pick(random, 30, 50, 80, 120)
    return { text: `Use at least ${min} words.`, verify: { kind: 'word-count', min } }
  }),
  kind('between-words', 'length', (random) => {
    const min = pick(random, 20, 40, 60)
    return { text: `Use between ${min} and ${min + 20} words.`, verify: { kind: 'word-count', min, max: min + 20 } }
  }),
  kind('one-sentence', 'length', () => ({
    text: 'Answer in a single sentence.',
    verify: regex('^\\s*[^.!?]*[.!?]\\s*$', ''),
  })),
  kind('paragraphs', 'length', (random) => {
    const n = pick(random, 2, 3, 4)
    return {
      text: `Write exactly ${n} paragraphs, with an empty line between them.`,
      verify: regex(`^\\s*\\S[^\\n]*(?:\\n[^\\n]*\\S[^\\n]*)*(?:\\n\\s*\\n${LINE}(?:\\n${LINE})*){${n - 1}}\\s*$`, ''),
    }
  }),
  kind('bullets', 'layout', (random) => {
    const n = pick(random, 3, 4, 5)
    return {
      text: `Give exactly ${n} bullet points, each on a line that begins with "- ".`,
      verify: regex(`${START}(?!(?:[\\s\\S]*^- ){${n + 1}})(?:[\\s\\S]*?^- ){${n}}`, 'm'),
    }
  }),
  kind('numbered', 'layout', (random) => {
    const n = pick(random, 3, 4, 5)
    return {
      text: `Number your points from 1 to ${n}, each on a line of its own.`,
      verify: regex(`^1[.)] [\\s\\S]*^${n}[.)] (?![\\s\\S]*^${n + 1}[.)] )`, 'm'),
    }
  }),
  kind('heading', 'layout', () => ({
    text: 'Begin with a Markdown heading.',
    verify: regex('^\\s*#{1,6} \\S', ''),
  })),
  kind('table', 'layout', () => ({
    text: 'Give a Markdown table.',
    verify: regex('^\\|.+\\|\\s*\\n\\|[ :|-]+\\|', 'm'),
  })),
  kind('bold', 'layout', () => ({
    text: 'Set the most important phrase in **bold**.',
    verify: regex('\\*\\*[^*\\n]+\\*\\*', ''),
  })),
  kind('plain', 'layout', () => ({
    text: 'Use no Markdown: no lists, headings, bold or code.',
    verify: regex(`${START}(?![\\s\\S]*(?:\\*\\*|^#{1,6} |^[-*] |\`))`, 'm'),
  })),
  kind('json', 'form', () => ({
    text: 'Answer with one JSON object and nothing else.',
    verify: regex('^\\s*\\{[\\s\\S]*\\}\\s*$', ''),
  })),
  kind('question-end', 'form', () => ({ text: 'End with a question to the user.', verify: regex('\\?\\s*$', '') })),
  kind('title', 'form', () => ({
    text: 'Put a title in double angle brackets, <<like this>>, first.',
    verify: regex('^\\s*<<[^<>\\n]+>>', ''),
  })),
  kind('postscript', 'form', () => ({
    text: 'Close with a postscript that begins with "P.S."',
    verify: regex('\\bP\\.S\\.', ''),
  })),
  kind('quoted', 'form', () => ({
    text: 'Put your whole answer in double quotes.',
    verify: regex('^\\s*".*"\\s*$', 's'),
  })),
  kind('no-commas', 'form', () => ({ text: 'Use no commas.', verify: regex('^[^,]*$', '') })),
  kind('lower-case', 'form', () => ({ text: 'Write in lower case only.', verify: regex('^[^\\p{Lu}]*$', '') })),
  kind('capitals', 'form', () => ({ text: 'WRITE IN CAPITALS ONLY.', verify: regex('^[^\\p{Ll}]*$', '') })),
  kind('no-digits', 'form', () => ({ text: 'Write all numbers as words.', verify: regex('^\\P{N}*$', '') })),
  kind('no-exclamation', 'form', () => ({ text: 'Use no exclamation marks.', verify: regex('^[^!]*$', '') })),
  kind('keyword', 'words', (random) => {
    const word = pick(random, 'however', 'for example', 'in practice', 'above all', 'in short')
    return { text: `Use the words "${word}".`, verify: { kind: 'contains', any_of: [word], plural: false } }
  }),
  kind('keywords', 'words', (random) => {
    const words = pick(random, ['first', 'finally'], ['cause', 'effect'], ['benefit', 'risk'])
    return {
      text: `Use both "${words[0]}" and "${words[1]}".`,
      verify: { kind: 'contains', all_of: words, plural: true },
    }
  }),
  kind('forbidden', 'words', (random) => {
    const words = pick(random, ['very', 'really'], ['important', 'crucial'], ['thing', 'stuff'], ['I', 'we'])
    return {
      text: `Use neither "${words[0]}" nor "${words[1]}".`,
      verify: { kind: 'excludes', none_of: words, plural: true },
    }
  }),
  kind('first-word', 'words', (random) => {
    const word = pick(random, 'Yes', 'Sure', 'Briefly', 'Well')
    return { text: `Begin with the word "${word}".`, verify: regex(`^\\s*${word}\\b`) }
  }),
  kind('last-words', 'words', (random) => {
    const words = pick(random, 'That is all', 'I hope this helps', 'Ask me if anything is unclear')
    return { text: `End with the words "${words}".`, verify: regex(`${words}[.!]?\\s*$`) }
  }),
  said(
    'audience',
    'situation',
    'Write for a child of eight years.',
    'Write for an expert of the field.',
    'Write for someone in a hurry.',
    'Write for listeners, to be read aloud.',
  ),
  said(
    'role',
    'situation',
    'Answer as a patient teacher would.',
    'Answer as a news presenter would.',
    'Answer as a friend would.',
  ),
  said(
    'occasion',
    'situation',
    'It will be read out at a meeting.',
    'It will be sent as a text message.',
    'It goes onto a printed leaflet.',
  ),
  said(
    'tone',
    'style',
    'Keep a warm tone.',
    'Keep a formal tone.',
    'Keep a matter-of-fact tone.',
    'Be lightly humorous.',
  ),
  said('figure', 'style', 'Use one metaphor.', 'Use a comparison with everyday life.', 'Tell it as a short story.'),
  said('person', 'style', 'Address the reader directly.', 'Write in the third person.'),
  said('simple', 'style', 'Use short sentences and common words only.', 'Explain every technical term that you use.'),
  said('example', 'content', 'Give one concrete example.', 'Give one example that does not fit, and say why.'),
  said(
    'order',
    'content',
    'Say the conclusion first, the reasons after it.',
    'Go from the least to the most important.',
  ),
  said('sides', 'content', 'Name one argument for and one against.', 'Say what remains uncertain.'),
  said('scope', 'content', 'Leave out history and background.', 'Keep to what can be done today.'),
  said('language', 'language', 'Answer in German.', 'Answer in French.', 'Answer in Spanish.', 'Answer in Chinese.'),
]

/** Kinds that contradict each other; of each row one is drawn at most. */
const EXCLUSIVE: readonly (readonly string[])[] = [
  ['at-most-words', 'at-least-words', 'between-words', 'one-sentence'],
  ['one-sentence', 'paragraphs', 'bullets', 'numbered', 'table', 'json'],
  ['plain', 'bullets', 'numbered', 'heading', 'table', 'bold', 'json'],
  ['json', 'title', 'heading', 'first-word', 'quoted'],
  ['json', 'postscript', 'question-end', 'last-words', 'quoted'],
  ['lower-case', 'capitals', 'first-word', 'last-words', 'postscript', 'json'],
  ['numbered', 'no-digits'],
  ['no-commas', 'json'],
  ['language', 'keyword'],
  ['language', 'keywords'],
  ['language', 'first-word'],
  ['language', 'last-words'],
  ['language', 'forbidden'],
  ['keyword', 'capitals'],
  ['at-least-words', 'one-sentence'],
]

/**
 * Draws constraints that can hold together, each of another kind; fewer where no more fit.
 *
 * @param verifiableOnly  only such as a program decides
 */
export function drawConstraints(count: number, random: SeededRandom, verifiableOnly = false): Constraint[] {
  const drawn: Constraint[] = []
  const left = constraintKinds.map((own) => ({ own, at: random() })).sort((a, b) => a.at - b.at)
  for (const { own } of left) {
    if (drawn.length >= count) break
    const clashes = EXCLUSIVE.some((row) => row.includes(own.id) && drawn.some(({ id }) => row.includes(id)))
    if (clashes) continue
    const made = own.draw(random)
    if (verifiableOnly && made.verify === undefined) continue
    drawn.push({ id: own.id, ...made })
  }
  return drawn
}
