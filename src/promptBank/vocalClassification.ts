import type { PromptBank } from './bank.ts'

export const vocalClassification: PromptBank = {
  en: {
    train: [
      'Which vocal sound is this?',
      'Classify the sound that the person makes.',
      'What does the person do with their voice?',
      'Name the vocal sound.',
      'Is it a laugh, a cough, a sigh or something else?',
    ],
    heldOut: ["What noise comes out of this person's mouth?", 'Identify the human sound.'],
  },
  zh: { train: ['这是哪种人声？', '说出这个人发出的声音。'], heldOut: ['请判断这种人声的类别。'] },
  de: {
    train: ['Welcher Laut ist das?', 'Was macht die Person mit ihrer Stimme?'],
    heldOut: ['Bestimme den menschlichen Laut.'],
  },
  es: {
    train: ['¿Qué sonido vocal es?', '¿Qué hace la persona con la voz?'],
    heldOut: ['Identifica el sonido humano.'],
  },
  fr: {
    train: ['Quel son vocal est-ce ?', 'Que fait la personne avec sa voix ?'],
    heldOut: ['Identifie le son humain.'],
  },
  it: {
    train: ['Che suono vocale è?', 'Che cosa fa la persona con la voce?'],
    heldOut: ['Identifica il suono umano.'],
  },
  ja: {
    train: ['これはどんな人の声ですか。', '人が出している音を答えてください。'],
    heldOut: ['人の発する音を判別してください。'],
  },
  ko: {
    train: ['어떤 사람 소리인가요?', '사람이 내는 소리를 말해 주세요.'],
    heldOut: ['사람 소리의 종류를 판별해 주세요.'],
  },
}
