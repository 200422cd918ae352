import { rubricRule } from './rule.ts'

export const noPositives = rubricRule({
  name: 'no-positives',
  severity: 'error',
  about: 'Without positive points every answer scores 0.',
  check: ({ criteria }) =>
    criteria.some(({ points }) => points > 0)
      ? []
      : [{ message: 'no criterion has positive points, so every answer scores 0. Add what a good answer has.' }],
})
