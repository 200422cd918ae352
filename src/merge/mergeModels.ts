import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { mergeCheckpoints, mergeMethods, writeFolderAtomically } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { modelPlace } from '../model/modelFolder.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import { seededRandom } from '../random.ts'
import { type Lineage, mergeCard, type Parent } from './card.ts'
import { checkConfigs, isTied, layersOf, readConfig } from './configs.ts'
import { settingsOf } from './parameters.ts'
import { type MergeRecipe, writtenTypeOf } from './recipe.ts'

export interface MergeModelsOptions {
  readonly recipe: MergeRecipe
  /** Folder to write. */
  readonly out: string
  /** Title of the card (the folder's name). */
  readonly name?: string
  /** Replace a folder that is there (false). */
  readonly overwrite?: boolean
  /** Dotted keys of `config.json` in which models may differ; the base's or the first model's value is kept. */
  readonly allow?: readonly string[]
  /** Bytes of a weights file beyond which another is begun (5 GB). */
  readonly shardBytes?: number
  readonly progress?: Progress
}

export interface MergeSummary {
  readonly folder: string
  readonly method: string
  readonly tensors: number
  readonly parameters: number
  readonly seconds: number
  readonly models: readonly string[]
}

interface Place {
  readonly name: string
  readonly folder: string
}

/**
 * Merges models into a folder that opens like any other: weights tensor by tensor, the config of the base (or first
 * model), the tokenizer of `tokenizer_source`, a card and the lineage. The folder is whole or not there.
 *
 * @throws UsageError for models that do not fit each other or the method, one line a fault; CheckpointError
 * @example
 * await mergeModels({ recipe: readMergeRecipe('merge.yaml'), out: 'models/merged' })
 */
export async function mergeModels(options: MergeModelsOptions): Promise<MergeSummary> {
  const { recipe, out, overwrite = false, allow = [], progress = silentProgress } = options
  if (existsSync(out) && !overwrite) throw new UsageError(`${out}: exists already. Name another folder with --out.`)
  const started = performance.now()
  const method = mergeMethods.find(({ name }) => name === recipe.merge_method)!
  const { base, models } = await placesOf(recipe, method.needsBase, (line) => progress.warn(line))
  const [least, most] = method.nModels
  if (models.length < least || models.length > most) {
    const wanted = least === most ? String(least) : `${least} or more`
    const beside = method.needsBase ? ' beside the base' : ''
    throw new UsageError(`${method.name}: merges ${wanted} models${beside}, got ${models.length}.`)
  }
  const all = [...(base ? [base] : []), ...models]
  const configs = all.map(({ name, folder }) => ({ name, config: readConfig(folder) }))
  checkConfigs(configs, allow)
  const { config } = configs[0]!
  const named = recipe.models
    .filter(({ model }) => model !== base?.name)
    .map(({ model, parameters }) => ({ name: model, parameters: parameters ?? {} }))
  const settings = told(() => settingsOf(method, recipe.parameters ?? {}, named, layersOf(config)))
  const random = seededRandom(recipe.seed)
  const dtype = writtenTypeOf(recipe)
  let lineage: Lineage | undefined
  await writeFolderAtomically(out, async (aside) => {
    copyBeside(all[0]!.folder, await tokenizerPlace(recipe, all), aside)
    const merged = mergeCheckpoints({
      method,
      models: models.map(({ folder }) => folder),
      settings: (tensor) => told(() => settings(tensor)),
      out: aside,
      random: (tensor, model) => random.child(tensor).child(model),
      optional: isTied(config) ? ['lm_head.weight', 'language_model.lm_head.weight'] : [],
      onTensor: (done, of) => {
        if (done === 1) progress.stage('merging tensors', of)
        progress.update(done)
      },
      ...(base ? { base: base.folder } : {}),
      ...(dtype === undefined ? {} : { dtype }),
      ...(options.shardBytes === undefined ? {} : { shardBytes: options.shardBytes }),
    })
    const parents = all.map(({ name }, i): Parent => ({ model: name, sha256: merged.hashes[i]! }))
    lineage = {
      recipe,
      base: base ? parents[0]! : null,
      models: base ? parents.slice(1) : parents,
      tensors: merged.nTensors,
      parameters: merged.nParameters,
    }
    if (dtype !== undefined) setDtype(aside, dtype)
    writeFileSync(path.join(aside, 'merge.json'), `${JSON.stringify(lineage, null, 2)}\n`)
    writeFileSync(
      path.join(aside, 'README.md'),
      mergeCard(options.name ?? path.basename(path.resolve(out)), lineage, method.source),
    )
  })
  return {
    folder: out,
    method: method.name,
    tensors: lineage!.tensors,
    parameters: lineage!.parameters,
    seconds: (performance.now() - started) / 1000,
    models: all.map(({ name }) => name),
  }
}

/** Where the models are. The base may stand among the models, as in mergekit's recipes; it is not merged with itself. */
async function placesOf(recipe: MergeRecipe, needsBase: boolean, onNotice: (line: string) => void) {
  const placeOf = async (name: string): Promise<Place> => ({
    name,
    folder: modelPlace(await resolveModel(name, { onNotice })),
  })
  const names = recipe.models.map(({ model }) => model)
  const { base_model: baseName } = recipe
  if (needsBase && baseName === undefined) {
    throw new UsageError(`${recipe.merge_method}: needs a base. Name it as base_model, or with --base.`)
  }
  const base = needsBase ? await placeOf(baseName!) : undefined
  const models: Place[] = []
  for (const name of names) if (name !== base?.name) models.push(await placeOf(name))
  return { base, models }
}

async function tokenizerPlace({ tokenizer_source: source, base_model }: MergeRecipe, all: readonly Place[]) {
  if (source === undefined) return all[0]!.folder
  const name = source === 'base' ? base_model : source
  if (name === undefined) throw new UsageError('tokenizer_source: is "base", but no base_model is named.')
  return all.find((place) => place.name === name)?.folder ?? modelPlace(await resolveModel(name))
}

const TOKENIZER = /^(tokenizer|special_tokens|added_tokens|vocab|merges|chat_template|sentencepiece|spiece)/
/** Files that belong to the weights, to a card or to a run. */
const LEFT = /\.(safetensors|index\.json|bin|pt|pth|gguf|onnx|md|jsonl|html)$|^(merge|summary)\.json$|^recipe\.yaml$/

/** Configs of the first model and the tokenizer of another, as files. */
function copyBeside(first: string, tokenizer: string, out: string): void {
  const copy = (folder: string, wanted: (name: string) => boolean) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() || LEFT.test(entry.name) || !wanted(entry.name)) continue
      cpSync(path.join(folder, entry.name), path.join(out, entry.name), { dereference: true })
    }
  }
  copy(first, (name) => /\.(json|txt|model|jinja)$|^LICENSE/.test(name) && !TOKENIZER.test(name))
  copy(tokenizer, (name) => TOKENIZER.test(name))
}

function setDtype(folder: string, dtype: 'F32' | 'F16' | 'BF16'): void {
  const file = path.join(folder, 'config.json')
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const name = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[dtype]
  const key = 'dtype' in config ? 'dtype' : 'torch_dtype'
  writeFileSync(file, `${JSON.stringify({ ...config, [key]: name }, null, 2)}\n`)
}

/** Faults of parameters are faults of the call. */
function told<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error
  }
}
