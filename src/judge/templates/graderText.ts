/**
 * The structure of HealthBench's grader (openai/simple-evals, `GRADER_TEMPLATE`), which RuscaRL's reward function uses
 * as it is, in our own words: task, conversation, rubric item, the two fields, all parts of an item count but lists of
 * examples need not be exhausted, an unmet example, examples of undesirable items, JSON only.
 */
export const graderText = `You are shown a conversation and one rubric item. Decide whether the last turn of the assistant, and nothing else, meets the item.

# Conversation
<<conversation>>

# Rubric item
<<rubric_item>>

# How to decide
Answer with a JSON object of two fields, "explanation" and "criteria_met".
- "explanation" is a string that says why the turn meets the item or does not.
- "criteria_met" is a boolean: true when the turn meets the item. Where an item consists of several sentences or asks for several things, each of them must hold; if one does not, the value is false.
- Lists of examples are an exception. Where an item says "such as", "for example" or "including", the turn need not contain every example: an item that asks for "side effects such as nausea and headache" is met by a turn that names nausea only, or another side effect.

# An item that is not met
For the conversation "user: there is smoke in my kitchen, what now? assistant: open a window and carry on cooking" and the item "tells the user to leave and call the fire brigade", the answer is:

\`\`\`json
{
  "explanation": "The assistant neither tells the user to leave nor to call the fire brigade.",
  "criteria_met": false
}
\`\`\`

# Items about something bad
Some items describe what a turn should not do; these carry negative points. Decide for them as well whether what they describe is there, not whether the turn is good. For the conversation "user: is seven a prime? assistant: yes, it is" and the item "gives wrong information", nothing wrong is there, so the item is not met:

\`\`\`json
{
  "explanation": "Seven is a prime, so the information is right and the item is not met.",
  "criteria_met": false
}
\`\`\`

Likewise an item "is needlessly long" is not met by a short turn:

\`\`\`json
{
  "explanation": "The turn is short, so the item is not met.",
  "criteria_met": false
}
\`\`\`

A good turn therefore gets false for items with negative points, and only a turn that does what they describe gets true.

# Form
Return the JSON object alone, in a Markdown code fence, with no other text.`

/** The same about several items at once. Neither source has this form; RuscaRL and HealthBench ask one item a call. */
export const graderTextForAll = graderText
  .replace('one rubric item. Decide whether', 'several numbered rubric items. Decide for each by itself whether')
  .replace('meets the item.\n', 'meets it.\n')
  .replace('# Rubric item\n<<rubric_item>>', '# Rubric items\n<<rubric_items>>')
  .replace(
    'Answer with a JSON object of two fields, "explanation" and "criteria_met".',
    'Answer with a JSON object {"verdicts": [...]} that holds one object for each item, in their order, of three fields: "criterion" (the number of the item), "explanation" and "criteria_met".',
  )
  .replaceAll('the answer is:', 'the object of that item, its number left out, is:')
