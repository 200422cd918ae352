import { criterionRule } from './rule.ts'

/** Words that two readers measure differently, and what asks for a degree instead of yes or no. */
const VAGUE =
  /\b(?:appropriate(?:ly)?|adequate(?:ly)?|sufficient(?:ly)?|reasonabl[ey]|good|nice(?:ly)?|great|excellent|well[- ](?:written|structured|spoken)|properly|effective(?:ly)?|high[- ]quality|as (?:much|well|far) as possible|somewhat|rather|fairly|more or less|to some (?:extent|degree)|various|etc|and so on|user[- ]friendly)\b/i

const DEGREE =
  /^(?:how\b|rate\b|score\b|grade\b|on a scale\b|to what extent\b|the (?:degree|extent|quality)\b|whether\b)|\?\s*$/i

/** A heading instead of a statement: one to three words without a verb, such as “Clarity” or “Overall accuracy”. */
const HEADING =
  /^(?:overall\s+)?\p{L}+(?:ity|acy|ness|ence|ance|tion|ment|ship|ism)(?:\s+of\s+(?:the\s+)?\p{L}+)?[.:]?$/iu

export const vague = criterionRule({
  name: 'vague',
  severity: 'warning',
  about: 'A criterion must be decidable with yes or no, by any two readers alike.',
  bad: { criterion: 'Gives an appropriate answer.', points: 2 },
  good: { criterion: 'Names the platform that the train leaves from.', points: 2 },
  check: ({ criterion }) => {
    const text = criterion.trim()
    if (HEADING.test(text)) return `"${text}" is a heading. Write a statement that an answer meets or does not meet.`
    const degree = DEGREE.exec(text)?.[0].trim()
    if (degree) return `"${degree}" asks for a degree or a question. Write a statement that is true or false.`
    const word = VAGUE.exec(text)?.[0]
    return word === undefined ? null : `"${word}" can be read either way. Write what is to be seen or heard instead.`
  },
})
