import type { LanguageConfig } from './decoder.ts'

/** What tells decoders of the Llama line apart, and how their `config.json` names them. */
export interface LanguageFamily {
  /** In `architectures`. */
  readonly architecture: string
  readonly modelType: string
  readonly qkvBias: boolean
  readonly qkNorm: boolean
  /** What a key that `config.json` leaves out stands for; without `nKvHeads`, as many as `nHeads`. */
  readonly defaults: Pick<
    LanguageConfig,
    'vocab' | 'hidden' | 'nLayers' | 'nHeads' | 'ffn' | 'maxPositions' | 'ropeTheta'
  > &
    Partial<Pick<LanguageConfig, 'nKvHeads' | 'headDim'>>
}
