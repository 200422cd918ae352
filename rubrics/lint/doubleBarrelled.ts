import { criterionRule } from './rule.ts'

/** A second predicate: and, but or a semicolon, perhaps an adverb, then a verb in the third person. */
const SECOND =
  /(?:,?\s\b(?:and(?: then| also)?|but(?: also)?|as well as|while also)\b|;)\s+(?:(?:also|then|never|always|only|clearly|briefly)\s+)?(?:does(?: not|n't)|is(?: not|n't)?|has(?: not|n't)?|avoids?|\p{L}{2,}(?:[^s'’\s]s|sses|ies))\s+(?=(?:a|an|the|it|its|that|what|which|who|where|when|how|why|whether|to|for|no|not|any|at|in|on|with|them|all|each|every|one|of|as|by|back|up|out|so|about|only|from|this|these|those|their|his|her|\p{N})\b)/iu

/** Nouns that a list may go on with look the same: “dogs and cats in the yard”. */
const BEGINS_WITH_VERB = /^(?:does(?: not|n't)|is(?: not|n't)?|has|\p{L}{2,}s)\b/iu

export const doubleBarrelled = criterionRule({
  name: 'double-barrelled',
  severity: 'warning',
  about: 'Two statements in one criterion: an answer that meets one of them has no right verdict.',
  bad: { criterion: 'Names the medicine and says that the patient should rest.', points: 2 },
  good: { criterion: 'Says that the patient should rest.', points: 2 },
  check: ({ criterion }) => {
    const text = criterion.trim()
    if (!BEGINS_WITH_VERB.test(text)) return null
    const second = SECOND.exec(text)?.[0].trim()
    return second === undefined ? null : `"${second} …" is a second statement. Make two criteria, and share the points.`
  },
})
