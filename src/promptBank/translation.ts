import type { PromptBank } from './bank.ts'

export const translation: PromptBank = {
  en: {
    train: [
      'Translate the speech into {language}:',
      'What is said, in {language}?',
      'Write the meaning of the speech in {language}.',
      'Listen and translate to {language}.',
      'Give a {language} translation of this recording.',
      'Say in {language} what the speaker says.',
    ],
    heldOut: [
      'Put what you hear into {language}.',
      'How would a {language} speaker say this?',
      'Render the recording in {language}.',
    ],
  },
  zh: {
    train: ['将语音翻译成{language}：', '用{language}写出这段话的意思。'],
    heldOut: ['请把听到的内容译成{language}。'],
  },
  de: {
    train: ['Übersetze die Aufnahme in die Sprache {language}.', 'Was wird gesagt? Antworte auf {language}.'],
    heldOut: ['Gib das Gesagte auf {language} wieder.'],
  },
  es: {
    train: ['Traduce el audio al {language}.', '¿Qué se dice? Escríbelo en {language}.'],
    heldOut: ['Expresa en {language} lo que oyes.'],
  },
  fr: {
    train: ["Traduis l'enregistrement en {language}.", 'Que dit la personne ? Écris-le en {language}.'],
    heldOut: ['Rends en {language} ce que tu entends.'],
  },
  it: {
    train: ['Traduci la registrazione in {language}.', 'Che cosa si dice? Scrivilo in {language}.'],
    heldOut: ['Rendi in {language} ciò che senti.'],
  },
  ja: {
    train: ['音声を{language}に翻訳してください。', '話の内容を{language}で書いてください。'],
    heldOut: ['聞こえた内容を{language}に訳してください。'],
  },
  ko: {
    train: ['음성을 {language}로 번역해 주세요.', '말한 내용을 {language}로 써 주세요.'],
    heldOut: ['들리는 내용을 {language}로 옮겨 주세요.'],
  },
}
