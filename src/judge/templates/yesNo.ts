import type { JudgeTemplate } from './template.ts'

/**
 * Our own, for judges whose verdict is read from the probabilities of their next word: the prompt ends where that word is
 * due. It has no form for several criteria.
 */
export const yesNo: JudgeTemplate = {
  name: 'yes-no',
  about: 'Our own: a question whose next word is Yes or No.',
  showPoints: false,
  dropSystem: false,
  one: `Does the assistant's answer do what the statement says?

# Conversation and answer
<<conversation>>

# Statement
<<rubric_item>>

The statement may describe something bad; say Yes where it is there all the same. Reply with one word, Yes or No.`,
  sampling: { temperature: 0, maxTokens: 8 },
}
