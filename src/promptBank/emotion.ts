import type { PromptBank } from './bank.ts'

export const emotion: PromptBank = {
  en: {
    train: [
      'Which emotion does the speaker show?',
      'How does the speaker feel?',
      'Recognize the emotion of the speech:',
      'Name the emotion in the voice.',
      'What is the mood of the person who speaks?',
      "Classify the speaker's emotion.",
    ],
    heldOut: ['What feeling do you hear in this voice?', 'Judge by the tone: what does the speaker feel?'],
  },
  zh: { train: ['说话人是什么情绪？', '识别语音中的情感：'], heldOut: ['从语气判断说话人的感受。'] },
  de: {
    train: ['Welches Gefühl zeigt die Stimme?', 'Wie fühlt sich die sprechende Person?'],
    heldOut: ['Schließe vom Tonfall auf das Gefühl.'],
  },
  es: {
    train: ['¿Qué emoción muestra la voz?', '¿Cómo se siente quien habla?'],
    heldOut: ['Deduce por el tono qué siente.'],
  },
  fr: {
    train: ['Quelle émotion exprime la voix ?', 'Comment se sent la personne qui parle ?'],
    heldOut: ["Déduis du ton ce qu'elle ressent."],
  },
  it: {
    train: ['Quale emozione esprime la voce?', 'Come si sente chi parla?'],
    heldOut: ['Deduci dal tono che cosa prova.'],
  },
  ja: {
    train: ['話者はどんな感情ですか。', '声の感情を答えてください。'],
    heldOut: ['口調から気持ちを判断してください。'],
  },
  ko: {
    train: ['화자의 감정은 무엇인가요?', '목소리의 감정을 말해 주세요.'],
    heldOut: ['말투로 기분을 판단해 주세요.'],
  },
}
