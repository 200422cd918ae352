import type { JudgeTemplate } from './template.ts'

const rules = `- "evidence": a list of the shortest passages of the answer that decide it, copied letter by letter; for sound that you heard, objects {"start": seconds, "end": seconds}. An empty list when it is something missing that decides.
- "explanation": one or two sentences that say why.
- "criteria_met": true when the answer does what the criterion says, else false. Where a criterion asks for several things, all of them must be there; lists after "such as", "for example" or "including" are examples, not requirements.

A criterion may describe something bad. Then true still means that it is there: a good answer gets false. Decide by what the answer says, not by what it says about itself. When in doubt, false.`

/**
 * Our own, for scoring: asks for the words that decide, which are then looked up in the answer; a verdict without its
 * evidence still counts. Temperature 0, since a score should come out the same twice.
 */
export const quoting: JudgeTemplate = {
  name: 'quoting',
  about: 'Our own: asks for the words, or the time in the recording, that decide.',
  showPoints: false,
  dropSystem: false,
  one: `Decide whether an assistant's answer meets one criterion.

# Conversation and answer
<<conversation>>

# Criterion
<<rubric_item>>

# Reply
A JSON object with these fields, in this order, and nothing else:
${rules}

{"evidence": ["…"], "explanation": "…", "criteria_met": false}`,
  all: `Decide for each of several criteria, each by itself, whether an assistant's answer meets it.

# Conversation and answer
<<conversation>>

# Criteria
<<rubric_items>>

# Reply
A JSON object {"verdicts": [...]} with one object for each criterion, in their order, and nothing else. Each has these fields, in this order:
- "criterion": the number of the criterion.
${rules}

{"verdicts": [{"criterion": 1, "evidence": ["…"], "explanation": "…", "criteria_met": false}]}`,
  sampling: { temperature: 0, maxTokens: 1024 },
}
