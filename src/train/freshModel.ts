import {
  type AudioLanguageConfig,
  baseTemplate,
  type Engine,
  isTaskTag,
  openTokenizer,
  type Tokenizer,
  TokenizerError,
  trainTokenizer,
} from '../../models/index.ts'
import { openWithAdapter } from '../adapters/openWithAdapter.ts'
import { UsageError } from '../errors.ts'
import { assemble, type Model, openModel } from '../model/modelFolder.ts'
import { checkTrains } from '../model/trainable.ts'
import { rendererOf } from '../prompts/chatRenderer.ts'
import type { Message } from '../prompts/message.ts'
import { seededRandom } from '../random.ts'
import type { FreshModel, Recipe } from '../recipe/index.ts'
import { conversationsOf, type LoadedData } from './loadData.ts'

/** Most tokens of a vocabulary that is trained with the model and not told otherwise. */
const DEFAULT_VOCAB = 1024

/**
 * The recipe's model: opened from its folder, alone or with a fresh adapter beside it, or fresh from the seed, with a
 * tokenizer trained on the recipe's data. An adapter's folder is opened beside its base and goes on being trained.
 *
 * @throws UsageError when a stage freezes all that could train
 */
export async function freshOrLoaded(recipe: Recipe, data: LoadedData, engine: Engine): Promise<Model> {
  const drawn = (what: string) =>
    seededRandom(recipe.seed)
      .child(what)
      .integer(2 ** 32)
  if (typeof recipe.model !== 'string') {
    const model = assembleFresh(recipe.model, data, engine)
    await model.policy.initialise(drawn('weights'))
    return model
  }
  const model = await (recipe.adapter
    ? openWithAdapter(recipe.model, recipe.adapter, engine, drawn('adapter'))
    : openModel(recipe.model, engine, { answerTags: tagsOfAnswers(data) }))
  checkTrains(recipe.stages, model.policy)
  return model
}

/** A fresh model that has no weights yet. */
export function assembleFresh(options: FreshModel, data: LoadedData, engine: Engine): Model {
  const { tokenizer: folder, language } = options
  const own = folder ? openTokenizer(folder) : tokenizerFor(data, language.vocab ?? DEFAULT_VOCAB)
  const tokenizer = options.format === 'base' ? inBaseFormat(own) : own
  // A tokenizer trained on few texts runs out of pairs to merge: rows that no token has would only be carried along.
  const vocab = folder ? Math.max(language.vocab ?? 0, tokenizer.vocabSize) : tokenizer.vocabSize
  const renderer = rendererOf(tokenizer, options.audio.pool, new Set(tagsOfAnswers(data)))
  return assemble(configOf(options, vocab), tokenizer, engine, renderer)
}

/** The same tokenizer with the template of base models, which says how it is spoken to. */
function inBaseFormat(tokenizer: Tokenizer): Tokenizer {
  const files = tokenizer.files()
  return openTokenizer({ ...files, config: { ...files.config, chat_template: baseTemplate() } })
}

/** Task tags that answers of the data hold, such as times: a model that learns them must be able to say them. */
function tagsOfAnswers({ taught }: LoadedData): string[] {
  const tags = new Set<string>()
  for (const samples of taught.values()) {
    for (const sample of samples) {
      for (const messages of conversationsOf(sample)) {
        for (const { role, content } of messages) {
          if (role !== 'assistant' || typeof content !== 'string') continue
          for (const token of content.match(TAG) ?? []) if (isTaskTag(token)) tags.add(token)
        }
      }
    }
  }
  return [...tags]
}

const TAG = /<\|[^|<>]{1,40}\|>/g

function tokenizerFor(data: LoadedData, vocab: number): Tokenizer {
  const corpus = [...textsOf(data)]
  const spelled = new Set(corpus.flatMap((text) => text.match(TAG) ?? []).filter(isTaskTag))
  try {
    return openTokenizer(trainTokenizer(corpus, { vocab, extraSpecial: [...spelled] }))
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error
    throw new UsageError(error.message.replace(/^trainTokenizer: vocab/, 'model.language.vocab'))
  }
}

/** Every text that the model will read or write: turns of all samples, and the criteria they are judged by. */
function* textsOf(data: LoadedData): Generator<string> {
  const turns = function* (messages: readonly Message[]) {
    for (const { content } of messages) {
      if (typeof content === 'string') yield content
      else for (const part of content) if (part.type === 'text') yield part.text
    }
  }
  for (const samples of data.taught.values()) {
    for (const sample of samples) for (const messages of conversationsOf(sample)) yield* turns(messages)
  }
  for (const samples of data.asked.values()) {
    for (const { messages, rubric } of samples) {
      yield* turns(messages)
      for (const { criterion } of rubric.criteria) yield criterion
    }
  }
}

function configOf({ audio, language }: FreshModel, vocab: number): AudioLanguageConfig {
  return {
    audio: {
      nMels: audio.n_mels,
      hidden: audio.width,
      nLayers: audio.layers,
      nHeads: audio.heads,
      ffn: audio.ffn,
      pool: audio.pool,
    },
    language: {
      vocab,
      hidden: language.hidden,
      nLayers: language.layers,
      nHeads: language.heads,
      nKvHeads: language.kv_heads,
      ffn: language.ffn,
      ropeTheta: language.rope_theta,
      rmsEpsilon: language.rms_epsilon,
      tied: language.tied,
      maxPositions: language.max_positions,
    },
  }
}
