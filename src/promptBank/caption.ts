import type { PromptBank } from './bank.ts'

export const caption: PromptBank = {
  en: {
    train: [
      'Generate the caption in {language}:',
      'Describe the audio in one sentence.',
      'What do you hear?',
      'Write a caption for this recording.',
      'Summarise the sounds of this clip in a sentence.',
      'Caption this audio in {language}.',
      'Say in a sentence what is happening in the recording.',
      'Describe this sound.',
    ],
    heldOut: [
      'If you had to title this recording with one sentence, what would it be?',
      'Put what can be heard into a single {language} sentence.',
      'Tell me about this clip, briefly.',
    ],
  },
  zh: { train: ['用{language}描述这段音频：', '用一句话说明听到了什么。'], heldOut: ['请为这段录音写一句说明。'] },
  de: {
    train: ['Beschreibe die Aufnahme in einem Satz.', 'Was ist zu hören?'],
    heldOut: ['Fasse das Gehörte in einem Satz zusammen.'],
  },
  es: { train: ['Describe el audio en una frase.', '¿Qué se oye?'], heldOut: ['Resume en una frase lo que suena.'] },
  fr: {
    train: ["Décris l'enregistrement en une phrase.", "Qu'entend-on ?"],
    heldOut: ["Résume en une phrase ce qui s'entend."],
  },
  it: {
    train: ["Descrivi l'audio in una frase.", 'Che cosa si sente?'],
    heldOut: ['Riassumi in una frase ciò che si sente.'],
  },
  ja: {
    train: ['音声を一文で説明してください。', '何が聞こえますか。'],
    heldOut: ['この録音の内容を一文にまとめてください。'],
  },
  ko: {
    train: ['소리를 한 문장으로 설명해 주세요.', '무엇이 들리나요?'],
    heldOut: ['이 녹음을 한 문장으로 요약해 주세요.'],
  },
}
