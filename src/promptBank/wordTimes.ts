import type { PromptBank } from './bank.ts'

export const wordTimes: PromptBank = {
  en: {
    train: [
      'Recognize the speech with the time of every word:',
      'Transcribe the speech with word-level timestamps.',
      'Write down each word and when it begins and ends.',
      'Give the words with their times.',
      'Transcribe in {language} and mark where every word starts and stops.',
      'Write the words that are spoken, each between its start and end time.',
    ],
    heldOut: ['Produce a transcript that is timed word by word.', 'When is each word spoken? Write words and times.'],
  },
  zh: { train: ['识别语音并标出每个词的时间：', '写出每个词及其起止时间。'], heldOut: ['请逐词给出文字和时间。'] },
  de: {
    train: ['Transkribiere mit den Zeiten jedes Wortes.', 'Schreibe jedes Wort mit Anfang und Ende auf.'],
    heldOut: ['Gib den Text Wort für Wort mit Zeiten wieder.'],
  },
  es: {
    train: ['Transcribe con el tiempo de cada palabra.', 'Escribe cada palabra con su inicio y su final.'],
    heldOut: ['Da el texto palabra por palabra con sus tiempos.'],
  },
  fr: {
    train: ["Transcris avec l'horodatage de chaque mot.", 'Écris chaque mot avec son début et sa fin.'],
    heldOut: ['Donne le texte mot à mot avec les temps.'],
  },
  it: {
    train: ['Trascrivi con il tempo di ogni parola.', 'Scrivi ogni parola con inizio e fine.'],
    heldOut: ['Dai il testo parola per parola con i tempi.'],
  },
  ja: {
    train: ['単語ごとの時刻を付けて書き起こしてください。', '各単語とその開始・終了時刻を書いてください。'],
    heldOut: ['一語ずつ時刻とともに文字にしてください。'],
  },
  ko: {
    train: ['단어마다 시간을 붙여 받아 적어 주세요.', '각 단어와 시작·끝 시각을 적어 주세요.'],
    heldOut: ['단어별로 시간과 함께 글로 옮겨 주세요.'],
  },
}
