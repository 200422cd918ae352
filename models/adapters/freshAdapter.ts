import { closest } from 'fastest-levenshtein'
import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'
import { ConfigError } from '../config/fields.ts'
import { linearsOf } from '../policy/index.ts'
import { sfc32 } from '../random.ts'
import { type Adapter, initialLora, type LoraLinear, loraNames } from './adapter.ts'
import { isWithin } from './peftNames.ts'
import { towerModules, towerOf } from './towers.ts'

export interface FreshAdapter extends LoraLinear {
  readonly rsLora: boolean
  readonly dropout: number
  /** Towers whose linears get updates. */
  readonly towers: readonly (keyof typeof towerModules | 'decoder')[]
  /**
   * Which linears of them: ends of their names, whole words, in which `*` stands for any characters: `q_proj`,
   * `self_attn.*`, `layers.1?.mlp.down_proj` (`?` is one character).
   */
  readonly targets: readonly string[]
  /** Towers that train whole beside. */
  readonly trainWhole: readonly (keyof typeof towerModules)[]
}

/**
 * The adapter that stands where it is told beside a base of the given shape.
 *
 * @throws ConfigError for a tower that the base lacks and a target that no linear answers to
 */
export function freshAdapter(options: FreshAdapter, config: AudioLanguageConfig): Adapter {
  const { rank, alpha, rsLora, dropout, towers, targets, trainWhole } = options
  const missing = [...towers, ...trainWhole].find((tower) => tower !== 'decoder' && !config.audio)
  if (missing) throw new ConfigError(`adapter: the model hears nothing and has no ${missing}. Leave it out.`)
  const trainFully = trainWhole.map((tower) => towerModules[tower])
  const open = [...linearsOf(config).keys()].filter(
    (module) =>
      towers.some((tower) => tower === towerOf(module)) && !trainFully.some((whole) => isWithin(module, whole)),
  )
  const patterns = targets.map((target) => ({ target, pattern: patternOf(target) }))
  const idle = patterns.find(({ pattern }) => !open.some((module) => pattern.test(module)))
  if (idle) {
    const words = [...new Set(open.map((module) => module.slice(module.lastIndexOf('.') + 1)))]
    const near = words.length > 0 ? ` Did you mean "${closest(idle.target, words)}"?` : ''
    throw new ConfigError(
      `adapter.targets: no linear of ${towers.join(', ')} is called "${idle.target}". There are ${words.join(', ')}.${near}`,
    )
  }
  const chosen = open.filter((module) => patterns.some(({ pattern }) => pattern.test(module)))
  return { linears: new Map(chosen.map((module) => [module, { rank, alpha }])), rsLora, dropout, trainFully }
}

/** First values of an adapter's updates, drawn by seed: B is 0, so that the model is still its base. */
export function firstUpdates(adapter: Adapter, config: AudioLanguageConfig, seed: number): Map<string, Float32Array> {
  const random = sfc32(seed)
  const shapes = linearsOf(config)
  return new Map(
    [...adapter.linears].flatMap(([module, { rank }]) => {
      const [nOut, nIn] = shapes.get(module)!
      const { a, b } = loraNames(module)
      return [
        [a, initialLora(a, [rank, nIn], random)],
        [b, initialLora(b, [nOut, rank], random)],
      ] as const
    }),
  )
}

function patternOf(target: string): RegExp {
  const words = target
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^(?:.*\\.)?${words}$`)
}
