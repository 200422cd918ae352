import { criterionRule } from './rule.ts'

/** What only ears can tell, and the measure that can. */
const HEARD: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:speaks?|talks?|speech|pace|tempo|spoken)\b.*\b(?:slow(?:ly)?|fast|quick(?:ly)?|rate|words a minute|hurried(?:ly)?)\b|\bpace\b/i,
    'speaking-rate',
  ],
  [/\b(?:pauses?|paus(?:es|ing)|hesitat(?:es?|ion|ing)|silences?|silent)\b/i, 'longest-pause'],
  [/\b(?:loud(?:ly|ness|er)?|volume|quiet(?:ly)?|faint)\b/i, 'loudness'],
  [/\b(?:noise|noisy|hiss|hum|background sounds?)\b/i, 'snr'],
  [/\b(?:clips?|clipped|clipping|distort(?:s|ed|ion))\b/i, 'clipping'],
  [/\b(?:monoton(?:e|ous)|pitch|intonation|lively)\b/i, 'pitch-range'],
  [/\b(?:stutters?|stammers?)\b/i, 'stutter'],
  [/\b(?:latency|begins? (?:to speak )?within|starts? (?:to speak )?within|responds? within)\b/i, 'leading-silence'],
  [
    /\b(?:accent|pronounc(?:es?|ed|iation)|tone of voice|sounds? (?:calm|friendly|warm|angry|natural|robotic|bored))\b/i,
    '',
  ],
]

/** A rubric may be about sounds that an answer describes; then the words are those of the description. */
const DESCRIBES =
  /\b(?:describ|nam|mention|stat|report|say|tell|give|identif|quot|transcri|compar|count|recogni|explain|correct|ask)(?:e?s|ies|bes)?\b/i

export const inaudible = criterionRule({
  name: 'inaudible',
  severity: 'warning',
  about:
    'What is heard and not said cannot be judged from a transcript. A measure of the recording decides it, or a judge that listens.',
  bad: { criterion: 'Speaks at an easy pace.', points: 2 },
  good: {
    criterion: 'Speaks between 120 and 180 words a minute.',
    points: 2,
    verify: { kind: 'measure', name: 'speaking-rate', at_least: 120, at_most: 180 },
  },
  check: ({ criterion, verify, tags = [] }) => {
    if (verify !== undefined || tags.includes(LISTENS)) return null
    if (DESCRIBES.test(criterion.trim().split(/\s+/)[0] ?? '')) return null
    const found = HEARD.find(([words]) => words.test(criterion))
    if (found === undefined) return null
    const word = found[0].exec(criterion)![0]
    const measure = found[1] === '' ? '' : `let the measure ${found[1]} decide it, or `
    return `"${word}" is heard, not read: ${measure}tag it ${LISTENS} and give it to a judge that hears the recording.`
  },
})

/** Marks a criterion that only a judge with the recording can decide. */
const LISTENS = 'judge:listens'
