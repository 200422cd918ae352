/** What a writer of rubrics is told (RuscaRL's synthetic rubrics, papers.md §1.1; the words are ours). */

/** How many criteria a rubric may have, and what one may be worth. */
export const FEWEST = 5
export const MOST = 15
export const WORTH = 10

/** Asks for a rubric of one question; `reference` is a good answer, or what is known of the truth. */
export const rubricPrompt = (conversation: string, reference: string): string =>
  `Write the rubric by which answers to the question below will be judged.

# Conversation
${conversation}

# A good answer, or what is known to be true
${reference}

# The rubric
Between ${FEWEST} and ${MOST} criteria. Each is one sentence about an answer that is either true of it or not, such as "Names the dog." or "Gives a reason.", so that two people who read the answer decide alike. Say one thing in each. Do not write what only this very wording would meet.
Points from 1 to ${WORTH} for what a good answer does, by its weight; from -${WORTH} to -1 for what a bad one does, worded as the thing it does ("Invents a sound."), not as its absence.
Cover: whether the facts are right; whether the reasoning or the solution is sound; whether the answer agrees with the good one; whether its form is what was asked. Have at least one criterion that costs points.

# Reply
A JSON object and nothing else:
{"rubrics": [{"criterion": "…", "points": 5}, {"criterion": "…", "points": -3}]}`

/** Asks for the good answer where none is given. */
export const answerPrompt = (conversation: string): string =>
  `Answer the last turn of this conversation as well as you can: right, complete, in the form that is asked for, and no longer than it must be.

# Conversation
${conversation}

# Reply
The answer alone.`
