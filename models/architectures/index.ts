/** Published blocks over tensors, for graphs of one's own; weights are asked for by their names in the checkpoint. */

export { weightTable } from '../weights.ts'
export { decoder, embedTokens, type KvCache, languageHead } from './decoder.ts'
export { audioEncoder } from './whisperEncoder.ts'
