import { rubricRule } from './rule.ts'

export const noNegatives = rubricRule({
  name: 'no-negatives',
  severity: 'warning',
  about: 'Without penalties, saying everything is never worse than saying what is right.',
  check: ({ criteria }) =>
    criteria.length > 1 && criteria.every(({ points }) => points > 0)
      ? [
          {
            message:
              'no criterion has negative points, so padding is free. Add a penalty, such as for what is made up.',
          },
        ]
      : [],
})
