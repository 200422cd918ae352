import { z } from 'zod'

/** A word or phrase to look for; one without a letter, digit or symbol could never be found as words. */
export const phrase = z.string().refine((text) => /[^\s\p{P}\p{Z}\p{C}]/u.test(text), {
  error: 'expected a word or a phrase, got none. Write at least one letter or digit.',
})

export const phrases = z.array(phrase).min(1)

export const plural = z
  .boolean()
  .default(false)
  .describe('also accept the regular English plural of the last word: dogs, boxes, babies')
