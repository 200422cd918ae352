import { withoutBrackets, withoutSymbolsAndMarks } from './basic.ts'
import { normaliseNumbers } from './numbers.ts'
import { americanSpelling } from './spellings.ts'

/** Python's `\b` beside a letter: no letter, digit or underscore of any script. */
const BEFORE = '(?<![\\p{L}\\p{N}_])'
const AFTER = '(?![\\p{L}\\p{N}_])'
const whole = (words: string) => new RegExp(`${BEFORE}(?:${words})${AFTER}`, 'gu')
const ending = (letters: string) => new RegExp(`${letters}${AFTER}`, 'gu')

const HESITATIONS = whole('hmm|mm|mhm|mmm|uh|um')

/** In this order: what is written short, and what it stands for. */
const REPLACED: readonly (readonly [RegExp, string])[] = [
  ...Object.entries({
    "won't": 'will not',
    "can't": 'can not',
    "let's": 'let us',
    "ain't": 'aint',
    "y'all": 'you all',
    wanna: 'want to',
    gotta: 'got to',
    gonna: 'going to',
    "i'ma": 'i am going to',
    imma: 'i am going to',
    woulda: 'would have',
    coulda: 'could have',
    shoulda: 'should have',
    "ma'am": 'madam',
    mr: 'mister ',
    mrs: 'missus ',
    st: 'saint ',
    dr: 'doctor ',
    prof: 'professor ',
    capt: 'captain ',
    gov: 'governor ',
    ald: 'alderman ',
    gen: 'general ',
    sen: 'senator ',
    rep: 'representative ',
    pres: 'president ',
    rev: 'reverend ',
    hon: 'honorable ',
    asst: 'assistant ',
    assoc: 'associate ',
    lt: 'lieutenant ',
    col: 'colonel ',
    jr: 'junior ',
    sr: 'senior ',
    esq: 'esquire ',
  }).map(([short, long]) => [whole(short), long] as const),
  ...Object.entries({
    "'d been": ' had been',
    "'s been": ' has been',
    "'d gone": ' had gone',
    "'s gone": ' has gone',
    "'d done": ' had done',
    "'s got": ' has got',
    "n't": ' not',
    "'re": ' are',
    "'s": ' is',
    "'d": ' would',
    "'ll": ' will',
    "'t": ' not',
    "'ve": ' have',
    "'m": ' am',
  }).map(([short, long]) => [ending(short), long] as const),
]

/**
 * An English text in Whisper's form (arXiv 2212.04356, appendix C; `whisper/normalizers/english.py`), in which
 * transcripts are compared: without brackets, hesitations, punctuation and marks; contractions written out, numbers as
 * digits, American spelling.
 *
 * @example normaliseEnglish("Mr. O'Brien won't pay twenty-one dollars!") // "mister o'brien will not pay $21", less its apostrophe
 */
export function normaliseEnglish(text: string): string {
  let s = withoutBrackets(text.toLowerCase()).replaceAll(HESITATIONS, '').replaceAll(/\s+'/g, "'")
  for (const [short, long] of REPLACED) s = s.replaceAll(short, long)
  s = s.replaceAll(/(\p{Nd}),(\p{Nd})/gu, '$1$2').replaceAll(/\.([^0-9]|$)/g, ' $1')
  s = normaliseNumbers(withoutSymbolsAndMarks(s, '.%$¢€£'))
  s = words(s)
    .map((word) => americanSpelling.get(word) ?? word)
    .join(' ')
  // Signs of money and per cent stay beside numbers only.
  return s
    .replaceAll(/[.$¢€£]([^0-9])/g, ' $1')
    .replaceAll(/([^0-9])%/g, '$1 ')
    .replaceAll(/\s+/g, ' ')
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean)
