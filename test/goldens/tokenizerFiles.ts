/** Writes the files of our tokenizer, trained on data/tokenizer/corpus.txt, for tokenizer.py: `tsx tokenizerFiles.ts FOLDER`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { trainTokenizer } from '../../models/tokenizer/train.ts'

const corpus = readFileSync(join(import.meta.dirname, 'data/tokenizer/corpus.txt'), 'utf8').split('\n')
const files = trainTokenizer(corpus, { vocab: 500, extraSpecial: ['<|startofanalysis|>', '<|en|>'] })
const folder = process.argv[2]!
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(files.tokenizer))
writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(files.config))
