import type { PromptBank } from './bank.ts'

export const choice: PromptBank = {
  en: {
    train: [
      '{question} Choose one of: {choices}.',
      '{question} Please choose the answer from the following options: {choices}.',
      '{question} The answer is one of {choices}.',
    ],
    heldOut: ['{question} Which of these is right: {choices}?', 'Pick from {choices}. {question}'],
  },
  zh: {
    train: ['{question} 请从以下选项中选择：{choices}。', '{question} 选项：{choices}。'],
    heldOut: ['{question} 下列哪一项正确：{choices}？'],
  },
  de: {
    train: ['{question} Wähle aus: {choices}.', '{question} Die Antwort ist eine von {choices}.'],
    heldOut: ['{question} Was davon stimmt: {choices}?'],
  },
  es: {
    train: ['{question} Elige una: {choices}.', '{question} La respuesta es una de {choices}.'],
    heldOut: ['{question} ¿Cuál es correcta: {choices}?'],
  },
  fr: {
    train: ['{question} Choisis parmi : {choices}.', "{question} La réponse est l'une de {choices}."],
    heldOut: ['{question} Laquelle est juste : {choices} ?'],
  },
  it: {
    train: ['{question} Scegli tra: {choices}.', '{question} La risposta è una di {choices}.'],
    heldOut: ['{question} Quale è giusta: {choices}?'],
  },
  ja: {
    train: ['{question} 次から選んでください：{choices}。', '{question} 答えは{choices}のどれかです。'],
    heldOut: ['{question} 正しいのはどれですか：{choices}。'],
  },
  ko: {
    train: ['{question} 다음에서 고르세요: {choices}.', '{question} 답은 {choices} 중 하나입니다.'],
    heldOut: ['{question} 옳은 것은 무엇인가요: {choices}?'],
  },
}
