import type { PromptBank } from './bank.ts'

export const transcription: PromptBank = {
  en: {
    train: [
      'Recognize the speech in {language}:',
      'Transcribe the speech into text.',
      'Write down what is said.',
      'What does the person say?',
      'Convert this recording to text in {language}.',
      'Listen to the audio and write the words that are spoken.',
      'Please transcribe the audio.',
      'Give the exact words of the speaker.',
    ],
    heldOut: [
      'Produce a transcript of this recording.',
      'Type out every word you hear.',
      'Turn the speech into {language} text, please.',
    ],
  },
  zh: { train: ['识别这段语音：', '请写出音频中说的话。'], heldOut: ['把这段录音转成{language}文字。'] },
  de: {
    train: ['Schreibe auf, was gesagt wird.', 'Transkribiere die Aufnahme auf {language}.'],
    heldOut: ['Gib den gesprochenen Text wieder.'],
  },
  es: {
    train: ['Transcribe lo que se dice.', 'Escribe en {language} las palabras de la grabación.'],
    heldOut: ['Pasa esta grabación a texto.'],
  },
  fr: {
    train: ['Transcris ce qui est dit.', 'Écris en {language} les paroles de cet enregistrement.'],
    heldOut: ['Mets cet enregistrement par écrit.'],
  },
  it: {
    train: ['Trascrivi ciò che viene detto.', 'Scrivi in {language} le parole della registrazione.'],
    heldOut: ['Metti per iscritto questa registrazione.'],
  },
  ja: {
    train: ['音声を書き起こしてください。', '話されている内容を{language}で書いてください。'],
    heldOut: ['この録音を文字にしてください。'],
  },
  ko: {
    train: ['음성을 받아 적어 주세요.', '말한 내용을 {language}로 적어 주세요.'],
    heldOut: ['이 녹음을 글로 옮겨 주세요.'],
  },
}
