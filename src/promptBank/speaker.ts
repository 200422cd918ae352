import type { PromptBank } from './bank.ts'

export const speaker: PromptBank = {
  en: {
    train: [
      'Who is speaking?',
      'Describe the speaker.',
      'Tell what is known of the speaker from the voice.',
      'Is the speaker a woman or a man?',
      'Name what characterises the speaker.',
    ],
    heldOut: ['What kind of person does this voice belong to?', 'Say something about whoever is talking.'],
  },
  zh: { train: ['是谁在说话？', '描述说话人。'], heldOut: ['这是什么样的人的声音？'] },
  de: {
    train: ['Wer spricht?', 'Beschreibe die sprechende Person.'],
    heldOut: ['Zu was für einem Menschen gehört die Stimme?'],
  },
  es: { train: ['¿Quién habla?', 'Describe a quien habla.'], heldOut: ['¿De qué tipo de persona es la voz?'] },
  fr: {
    train: ['Qui parle ?', 'Décris la personne qui parle.'],
    heldOut: ['À quel genre de personne appartient la voix ?'],
  },
  it: { train: ['Chi parla?', 'Descrivi chi parla.'], heldOut: ['A che tipo di persona appartiene la voce?'] },
  ja: { train: ['誰が話していますか。', '話者を説明してください。'], heldOut: ['どんな人の声ですか。'] },
  ko: { train: ['누가 말하고 있나요?', '화자를 설명해 주세요.'], heldOut: ['어떤 사람의 목소리인가요?'] },
}
