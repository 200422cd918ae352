import type { PromptBank } from './bank.ts'

export const grounding: PromptBank = {
  en: {
    train: [
      'When is "{phrase}" heard?',
      'Find the start and end time of "{phrase}".',
      'Mark where "{phrase}" occurs.',
      'Give the times of "{phrase}" in the recording.',
      'Locate "{phrase}".',
    ],
    heldOut: ['At which moments can one hear "{phrase}"?', 'From when to when does "{phrase}" last?'],
  },
  zh: { train: ['“{phrase}”出现在什么时候？', '找出“{phrase}”的起止时间。'], heldOut: ['什么时刻能听到“{phrase}”？'] },
  de: {
    train: ['Wann ist „{phrase}“ zu hören?', 'Finde Anfang und Ende von „{phrase}“.'],
    heldOut: ['Von wann bis wann dauert „{phrase}“?'],
  },
  es: {
    train: ['¿Cuándo se oye «{phrase}»?', 'Halla el inicio y el final de «{phrase}».'],
    heldOut: ['¿De cuándo a cuándo dura «{phrase}»?'],
  },
  fr: {
    train: ['Quand entend-on « {phrase} » ?', 'Trouve le début et la fin de « {phrase} ».'],
    heldOut: ['De quand à quand dure « {phrase} » ?'],
  },
  it: {
    train: ['Quando si sente «{phrase}»?', 'Trova inizio e fine di «{phrase}».'],
    heldOut: ['Da quando a quando dura «{phrase}»?'],
  },
  ja: {
    train: ['「{phrase}」はいつ聞こえますか。', '「{phrase}」の開始と終了の時刻を答えてください。'],
    heldOut: ['「{phrase}」はいつからいつまでですか。'],
  },
  ko: {
    train: ['“{phrase}”은 언제 들리나요?', '“{phrase}”의 시작과 끝 시각을 말해 주세요.'],
    heldOut: ['“{phrase}”은 언제부터 언제까지인가요?'],
  },
}
