import { LANGUAGES, type Language } from '../../tags/index.ts'
import { BadRow } from './importer.ts'

/** A locale such as `zh-CN` as a language of the tags. @throws BadRow for one that has no tag */
export function taggedLanguage(locale: string): Language {
  const [language = '', region = ''] = locale.toLowerCase().split(/[-_]/)
  if (language === 'zh' && ['tw', 'hk', 'hant'].includes(region)) return 'zh_tr'
  const found = LANGUAGES.find((known) => known === language)
  if (found) return found
  throw new BadRow(`language "${locale}": no tag has it. Tags know ${LANGUAGES.join(', ')}.`)
}
