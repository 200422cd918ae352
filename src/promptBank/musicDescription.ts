import type { PromptBank } from './bank.ts'

export const musicDescription: PromptBank = {
  en: {
    train: [
      'Describe the music in {language}:',
      'What kind of music is this?',
      'Write a sentence about this piece of music.',
      'Describe genre, instruments and mood of the music.',
      'What is being played, and how does it feel?',
    ],
    heldOut: ['How would you describe this track to a friend?', 'Characterise the piece in one sentence.'],
  },
  zh: { train: ['用{language}描述这段音乐：', '这是什么样的音乐？'], heldOut: ['请用一句话介绍这首曲子。'] },
  de: {
    train: ['Beschreibe die Musik.', 'Was für Musik ist das?'],
    heldOut: ['Charakterisiere das Stück in einem Satz.'],
  },
  es: { train: ['Describe la música.', '¿Qué tipo de música es?'], heldOut: ['Caracteriza la pieza en una frase.'] },
  fr: {
    train: ['Décris la musique.', 'Quel genre de musique est-ce ?'],
    heldOut: ['Caractérise ce morceau en une phrase.'],
  },
  it: { train: ['Descrivi la musica.', 'Che tipo di musica è?'], heldOut: ['Caratterizza il brano in una frase.'] },
  ja: {
    train: ['音楽を説明してください。', 'これはどんな音楽ですか。'],
    heldOut: ['この曲を一文で紹介してください。'],
  },
  ko: { train: ['음악을 설명해 주세요.', '어떤 음악인가요?'], heldOut: ['이 곡을 한 문장으로 소개해 주세요.'] },
}
