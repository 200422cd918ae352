import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openTokenizer, type Tokenizer } from '../../models/index.ts'

/** The tokenizer of a model folder, whose config holds the folder's chat template whichever file that lies in. */
export function folderTokenizer(place: string): Tokenizer {
  const tokenizer = openTokenizer(place)
  const files = tokenizer.files()
  const template = chatTemplateIn(place, files.config)
  if (template === undefined) return tokenizer
  return { ...tokenizer, files: () => ({ ...files, config: { ...files.config, chat_template: template } }) }
}

/** The template goes before the tokenizer's own where it has a file to itself, as transformers saves it now. */
function chatTemplateIn(place: string, config: object): string | undefined {
  const jinja = path.join(place, 'chat_template.jinja')
  if (existsSync(jinja)) return readFileSync(jinja, 'utf8')
  return templateOf(config) ?? templateOf(jsonIn(path.join(place, 'chat_template.json')))
}

/** `chat_template`: a text, or a list of named ones. */
function templateOf(config: object): string | undefined {
  const { chat_template: found } = config as { chat_template?: unknown }
  const named = Array.isArray(found) ? found.find(({ name }) => name === 'default')?.template : found
  return typeof named === 'string' ? named : undefined
}

function jsonIn(file: string): object {
  try {
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {}
  } catch {
    return {} // a folder without a template says so itself
  }
}
