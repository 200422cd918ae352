import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from '../../../models/tokenizer/chat.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { type TokenizerFiles, trainTokenizer } from '../../../models/tokenizer/train.ts'

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../goldens/data/tokenizer', name), 'utf8')

export const corpus = read('corpus.txt').split('\n')
export const texts: string[] = JSON.parse(read('texts.json'))
export const conversation: Message[] = JSON.parse(read('conversation.json'))

/** What Python said; see test/goldens/tokenizer.py. */
export const expected: {
  vocab: Record<string, number>
  merges: [string, string][]
  encoded: number[][]
  decoded: string[]
  skipped: string[]
  rendered: string
  renderedIds: number[]
} = JSON.parse(read('expected.json'))

export const extraSpecial = ['<|startofanalysis|>', '<|en|>']

/** The tokenizer of the goldens. */
export const files = trainTokenizer(corpus, { vocab: 500, extraSpecial }) as TokenizerFiles & {
  tokenizer: { model: { vocab: Record<string, number>; merges: [string, string][] } }
  config: { chat_template: string }
}
export const tokenizer = openTokenizer(files)
