import { existsSync } from 'node:fs'
import path from 'node:path'

export type Language = 'English' | 'Spanish' | 'French' | 'Italian' | 'Russian'

export interface Speaker {
  readonly name: string
  readonly language: Language
  /** ISO 639-1. */
  readonly code: 'en' | 'es' | 'fr' | 'it' | 'ru'
  /** Folder of her prompts, within that of Asterisk's sounds. */
  readonly folder: string
  /** Package of Debian that holds it, 8 kHz telephone sound, CC-BY-SA 3.0. */
  readonly debianPackage: string
}

/** Voices of Asterisk's prompts. The last is heard by no training sample: a language that is known, a voice that is not. */
export const SPEAKERS: readonly Speaker[] = [
  {
    name: 'Allison',
    language: 'English',
    code: 'en',
    folder: 'en_US_f_Allison',
    debianPackage: 'asterisk-core-sounds-en-wav',
  },
  {
    name: 'Allison-MX',
    language: 'Spanish',
    code: 'es',
    folder: 'es_MX_f_Allison',
    debianPackage: 'asterisk-core-sounds-es-wav',
  },
  {
    name: 'June',
    language: 'French',
    code: 'fr',
    folder: 'fr_CA_f_June',
    debianPackage: 'asterisk-core-sounds-fr-wav',
  },
  {
    name: 'Carlo',
    language: 'Italian',
    code: 'it',
    folder: 'it_IT_m_Carlo',
    debianPackage: 'asterisk-core-sounds-it-wav',
  },
  {
    name: 'IvrvoiceRU',
    language: 'Russian',
    code: 'ru',
    folder: 'ru_RU_f_IvrvoiceRU',
    debianPackage: 'asterisk-core-sounds-ru-wav',
  },
]
export const UNHEARD: Speaker = {
  name: 'Menardi',
  language: 'Italian',
  code: 'it',
  folder: 'it_IT_f_Menardi',
  debianPackage: 'asterisk-prompt-it-menardi-wav',
}

export type Word = number | 'plus' | 'minus'

/** Recording of a word. */
export function recordingOf({ folder, debianPackage }: Speaker, sounds: string, word: Word): string {
  const file = path.join(sounds, folder, word === 'plus' ? 'letters' : 'digits', `${word}.wav`)
  if (!existsSync(file)) throw new Error(`${file}: no such recording. Debian's package ${debianPackage} holds it.`)
  return file
}
