/** Numbers in, tokens out: graphs and their gradients, audio-language models, the engine that runs and trains them. */

export { type Adapter, belongsTo, isLoraTensor, type LoraLinear, loraScale } from './adapters/adapter.ts'
export { type FreshAdapter, firstUpdates, freshAdapter } from './adapters/freshAdapter.ts'
export { type AdapterMergeOptions, type AdapterMergeSummary, mergeAdapter } from './adapters/mergeAdapter.ts'
export { ADAPTER_CONFIG, ADAPTER_WEIGHTS, baseOf, readPeftConfig } from './adapters/peftConfig.ts'
export { type ReadAdapter, readAdapter } from './adapters/readAdapter.ts'
export { type Tower, towerModules, towerOf, towers } from './adapters/towers.ts'
export { type AdapterToWrite, writeAdapter } from './adapters/writeAdapter.ts'
export type { AudioLanguageConfig } from './architectures/audioLanguageModel.ts'
export type { LanguageConfig } from './architectures/decoder.ts'
export * as architectures from './architectures/index.ts'
export type { WhisperConfig } from './architectures/whisperDecoder.ts'
export type { AudioEncoderConfig } from './architectures/whisperEncoder.ts'
export { type AudioTokenLayout, audioTokenCount } from './audioTokens.ts'
export { type FillFolder, recoverFolders, writeFolderAtomically } from './checkpoint/atomic.ts'
export { halfToNumber } from './checkpoint/dtypes.ts'
export { CheckpointError } from './checkpoint/errors.ts'
export { firstNotFinite } from './checkpoint/finite.ts'
export { isKept, isMapped, type MappedWeights, mapTensors } from './checkpoint/mapped.ts'
export { readSafetensors, type Safetensors, type TensorToWrite, writeSafetensors } from './checkpoint/safetensors.ts'
export { type ComposeOptions, composeModel } from './compose.ts'
export { fromWhisperJson } from './config/whisper.ts'
export { ConfigError, fromConfigJson, supportedArchitectures, toConfigJson } from './configFile.ts'
export { type ExtendOptions, extendModel } from './extend.ts'
export type { GeneratedRow } from './generation/generate.ts'
export type { SamplingOptions } from './generation/sampling.ts'
export { detect, type TranscriptTokens, transcribeWindow, type WindowTranscript } from './generation/transcript.ts'
export { type ImportedModel, importGguf } from './gguf/importGguf.ts'
export type { DType, Shape, Tensor } from './graph/index.ts'
/** Operators for writing a model or a loss, and `grad` and `compile` to make it run. */
export * as graph from './graph/index.ts'
export { firstHead, isHeadTensor, type ScalarHead } from './heads/scalarHead.ts'
export {
  type MergeMethod,
  mergeCheckpoints,
  mergeMethods,
  type Parameter,
  type TensorSettings,
  type Values,
} from './merging/index.ts'
export type { Objective, ObjectiveContext } from './objective.ts'
export {
  learningRateAt,
  type OptimiserKind,
  onlineMergingDefaults,
  optimisers,
  type Schedule,
} from './optimisers/index.ts'
export {
  type AudioFeatures,
  type Batch,
  linearsOf,
  Policy,
  type PolicyOptions,
  parametersOf,
  type Targets,
  type TokenSequence,
} from './policy/index.ts'
export { quantiseCheckpoint, readQuantised, withQuantised } from './quantise/quantiseCheckpoint.ts'
export type { Bits, QuantisedModule } from './quantise/quantisedNames.ts'
export { type RedundantTensor, redundantTensors } from './redundant.ts'
export { type Engine, startEngine } from './runtime/engine.ts'
export { RuntimeError } from './runtime/runtime.ts'
export { type SharedBase, sharedBase } from './runtime/sharedBase.ts'
export { type AddTokensOptions, addSpecialTokens } from './tokenizer/addTokens.ts'
export { baseTemplate, renderBase } from './tokenizer/baseFormat.ts'
export { renderChat } from './tokenizer/chat.ts'
export { TokenizerError } from './tokenizer/errors.ts'
export {
  FIRST_QWEN_AUDIO_ID,
  MOST_HUNDREDTHS,
  qwenAudioTokens,
  timeTokens,
} from './tokenizer/qwenAudioTokens.ts'
export { isTaskTag, taskTags } from './tokenizer/specialTokens.ts'
export { openTokenizer, type Tokenizer } from './tokenizer/tokenizer.ts'
export { trainTokenizer } from './tokenizer/train.ts'
export { Transcriber } from './transcriber.ts'
