import type { PromptBank } from './bank.ts'

export const musicNotes: PromptBank = {
  en: {
    train: [
      'Analyse the note:',
      'Which note is played, how loud, and on what?',
      'Give pitch, velocity, qualities and instrument of the note.',
      'Describe the note as MIDI would.',
      'Name pitch and instrument of this tone.',
    ],
    heldOut: ['What tone is this, and which instrument makes it?', 'Break this note down into its properties.'],
  },
  zh: { train: ['分析这个音符：', '给出音高、力度和乐器。'], heldOut: ['这是什么音，由哪种乐器发出？'] },
  de: {
    train: ['Analysiere den Ton.', 'Nenne Tonhöhe, Anschlag und Instrument.'],
    heldOut: ['Welcher Ton ist das, und woher kommt er?'],
  },
  es: {
    train: ['Analiza la nota.', 'Da altura, velocidad e instrumento.'],
    heldOut: ['¿Qué nota es y qué instrumento la toca?'],
  },
  fr: {
    train: ['Analyse la note.', 'Donne hauteur, vélocité et instrument.'],
    heldOut: ['Quelle note est-ce, et quel instrument la joue ?'],
  },
  it: {
    train: ['Analizza la nota.', 'Indica altezza, velocità e strumento.'],
    heldOut: ['Che nota è, e quale strumento la suona?'],
  },
  ja: {
    train: ['音符を分析してください。', '音高・強さ・楽器を答えてください。'],
    heldOut: ['この音は何で、どの楽器の音ですか。'],
  },
  ko: {
    train: ['음을 분석해 주세요.', '음높이와 세기, 악기를 말해 주세요.'],
    heldOut: ['무슨 음이고 어떤 악기인가요?'],
  },
}
