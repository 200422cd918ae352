import type { PromptBank } from './bank.ts'

export const question: PromptBank = {
  en: { train: ['{question}'], heldOut: ['{question}'] },
}
