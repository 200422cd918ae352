import type { PromptBank } from './bank.ts'

export const sceneClassification: PromptBank = {
  en: {
    train: [
      'Where was this recorded?',
      'Name the acoustic scene.',
      'What kind of place is this?',
      'Classify the scene of the recording.',
      'In which surroundings does one hear this? Answer with the place.',
    ],
    heldOut: ['Guess the location from its sounds.', 'What is the setting of this clip?'],
  },
  zh: { train: ['这段录音是在哪里录的？', '说出声学场景。'], heldOut: ['请根据声音判断地点。'] },
  de: {
    train: ['Wo wurde das aufgenommen?', 'Nenne die akustische Szene.'],
    heldOut: ['Errate den Ort an seinen Geräuschen.'],
  },
  es: {
    train: ['¿Dónde se grabó esto?', 'Nombra la escena acústica.'],
    heldOut: ['Adivina el lugar por sus sonidos.'],
  },
  fr: {
    train: ['Où cela a-t-il été enregistré ?', 'Nomme la scène acoustique.'],
    heldOut: ["Devine le lieu d'après ses sons."],
  },
  it: {
    train: ['Dove è stato registrato?', 'Indica la scena acustica.'],
    heldOut: ['Indovina il luogo dai suoi suoni.'],
  },
  ja: {
    train: ['どこで録音されましたか。', '音響シーンを答えてください。'],
    heldOut: ['音から場所を当ててください。'],
  },
  ko: { train: ['어디에서 녹음되었나요?', '음향 장면을 말해 주세요.'], heldOut: ['소리로 장소를 맞혀 보세요.'] },
}
