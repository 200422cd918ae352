import type { PromptBank } from './bank.ts'

export const soundClassification: PromptBank = {
  en: {
    train: [
      'Name the sounds in this recording.',
      'Which sounds can be heard?',
      'List the sound events.',
      'What sounds are these? Answer with their names.',
      'Give the labels of the sounds, separated by commas.',
      'Tag the sounds of this clip.',
    ],
    heldOut: ['What is making noise here? Names only.', 'Enumerate every sound source you notice.', 'Label this clip.'],
  },
  zh: { train: ['列出这段录音中的声音。', '能听到哪些声音？'], heldOut: ['请给这段音频标注声音类别。'] },
  de: {
    train: ['Nenne die Geräusche der Aufnahme.', 'Welche Geräusche sind zu hören?'],
    heldOut: ['Zähle die Schallquellen auf.'],
  },
  es: {
    train: ['Nombra los sonidos de la grabación.', '¿Qué sonidos se oyen?'],
    heldOut: ['Enumera las fuentes de sonido.'],
  },
  fr: {
    train: ["Nomme les sons de l'enregistrement.", 'Quels sons entend-on ?'],
    heldOut: ['Énumère les sources sonores.'],
  },
  it: {
    train: ['Elenca i suoni della registrazione.', 'Quali suoni si sentono?'],
    heldOut: ['Enumera le sorgenti sonore.'],
  },
  ja: {
    train: ['録音に含まれる音を挙げてください。', 'どんな音が聞こえますか。'],
    heldOut: ['音の種類を列挙してください。'],
  },
  ko: {
    train: ['녹음에 있는 소리를 말해 주세요.', '어떤 소리가 들리나요?'],
    heldOut: ['소리의 종류를 나열해 주세요.'],
  },
}
