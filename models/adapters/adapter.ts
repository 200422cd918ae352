import { type Random, sfc32 } from '../random.ts'

/** The low-rank update of one linear: y = x·Wᵀ + scale·x·Aᵀ·Bᵀ, A [rank, nIn], B [nOut, rank]. */
export interface LoraLinear {
  readonly rank: number
  readonly alpha: number
}

/** What is trained beside a base that stays as it is (LoRA, arXiv 2106.09685). */
export interface Adapter {
  /** By module, for instance `language_model.model.layers.0.self_attn.q_proj`. */
  readonly linears: ReadonlyMap<string, LoraLinear>
  /** Scale α/√rank in place of α/rank (rsLoRA, arXiv 2312.03732): the update does not fade as the rank grows. */
  readonly rsLora: boolean
  /** Share of a linear's inputs that its update does not see while it trains. */
  readonly dropout: number
  /** Modules whose own weights train along, whole (PEFT's `modules_to_save`): a fresh projector, mostly. */
  readonly trainFully: readonly string[]
}

export const loraScale = ({ rank, alpha }: LoraLinear, { rsLora }: Pick<Adapter, 'rsLora'>): number =>
  alpha / (rsLora ? Math.sqrt(rank) : rank)

/** Tensors of a linear's update, by PEFT's names. */
export const loraNames = (module: string) => ({ a: `${module}.lora_A.weight`, b: `${module}.lora_B.weight` })

export const isLoraTensor = (name: string): boolean => /\.lora_[AB]\.weight$/.test(name)

/** Whether a tensor is the adapter's: saved with it, and trained unless its tower is frozen. */
export const belongsTo = (name: string, { trainFully }: Adapter): boolean =>
  isLoraTensor(name) || trainFully.some((module) => name.startsWith(`${module}.`))

/** First values as PEFT draws them: A uniform in ±1/√nIn (Kaiming with a = √5), B zero, so that nothing changes yet. */
export function initialLora(name: string, shape: readonly number[], random: Random): Float32Array {
  const values = new Float32Array(shape.reduce((product, n) => product * n, 1))
  if (name.endsWith('.lora_B.weight')) return values
  const bound = 1 / Math.sqrt(shape[1]!)
  return values.map(() => bound * (2 * random() - 1))
}

/** Places between the windows that two linears see of one table of dropout; a prime, so that windows never align by rows. */
export const DROPOUT_STRIDE = 7919

/**
 * One table of dropout for a whole step: 0 for a share of `dropout`, else 1/(1 − dropout). Every linear reads a window of it
 * that begins elsewhere; drawing each its own would cost as much as the step.
 */
export function dropoutTable(length: number, dropout: number, seed: number): Float32Array {
  const random = sfc32(seed)
  const kept = 1 / (1 - dropout)
  return Float32Array.from({ length }, () => (random() < dropout ? 0 : kept))
}
