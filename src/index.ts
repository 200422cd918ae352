/** The pipeline: recipes, data, rollouts, updates, evaluations, runs and their reports. */

export { type MergeAdapterOptions, type MergedAdapter, mergeAdapterFolder } from './adapters/mergeAdapter.ts'
export * from './analysis/index.ts'
export { type ComposeModelOptions, composeFolder } from './composeFolder.ts'
export * from './craft/index.ts'
export { type ImportDataOptions, type ImportSummary, importData } from './data/import/importData.ts'
export { loadSamples, readSamples, type Sample } from './data/index.ts'
export { type DifficultyOptions, type DifficultySummary, measureDifficulty } from './difficulty.ts'
export { RunError, UsageError } from './errors.ts'
export { type Control, type Evaluation, evaluate, type JudgedAnswer, judgeByVerifiers } from './evaluate.ts'
export { type EvaluateModelOptions, evaluateModel } from './evaluateModel.ts'
export { type FeatureStore, featureStore } from './features/featureStore.ts'
export { type HubModelOptions, hubModel } from './hub/hubModel.ts'
export { resolveModel } from './hub/resolveModel.ts'
export { type ImportOptions, importModel } from './importModel.ts'
export {
  type AttackReport,
  BudgetSpent,
  type EngineJudgeOptions,
  engineJudge,
  type Judge,
  JudgeError,
  type JudgeMetrics,
  type JudgeTask,
  type JudgeTemplate,
  type JudgeVerdict,
  judgeTemplates,
  type OpenAiJudgeOptions,
  openAiJudge,
  openRewardModel,
  type RewardModel,
  type RewardModelJudgeOptions,
  type RewardModelOptions,
  rewardModelJudge,
  rubricMention,
  runAttacks,
} from './judge/index.ts'
export * from './merge/index.ts'
export {
  averagePrecision,
  captionWords,
  cider,
  corpusBleu,
  countErrors,
  type Judged,
  type Measured,
  type Metric,
  normaliseBasic,
  normaliseEnglish,
} from './metrics/index.ts'
export { type Model, type OpenModelOptions, openModel, saveModel } from './model/modelFolder.ts'
export { createProgress, type Progress, resultsTable, silentProgress } from './progress/index.ts'
export type { ContentPart, Message } from './prompts/message.ts'
export type { PromptRenderer } from './prompts/renderer.ts'
export * from './protocols/index.ts'
export { type Random, type SeededRandom, seededRandom } from './random.ts'
export { parseRecipe, type Recipe, readRecipe, recipeJsonSchema } from './recipe/index.ts'
export { writeReport } from './report/index.ts'
export { type PreparedSample, prepare } from './rollout/prepare.ts'
export { sampleCompletions } from './rollout/sample.ts'
export {
  type Calibration,
  calibrate,
  type ImportedFiles,
  importRubrics,
  type Judgement,
  judgeExamples,
  type LintedRubric,
  lintRubrics,
} from './rubricCraft/index.ts'
export { freshRunPath, openRun, type RunFolder, type RunSummary } from './runs/index.ts'
export {
  type AnswerToScore,
  type Comparison,
  compareScored,
  type Demand,
  type Outcome,
  outcomeOf,
  readAnswers,
  type ScoredAnswer,
  type ScoredCriterion,
  type ScoreOptions,
  type ScoreReport,
  scoreAnswer,
  scoreAnswers,
  transcriptionEndpoint,
} from './score/index.ts'
export * from './selfImprove/index.ts'
export { type RlOptions, rlStep } from './stages/rl.ts'
export { type SftOptions, sftStep } from './stages/sft.ts'
export * from './synth/index.ts'
export * from './tags/index.ts'
export {
  type Ask,
  type Asked,
  askOf,
  type PromptStyle,
  promptOf,
  type Task,
  type TaskFigure,
  taskFigures,
  taskNamed,
  tasks,
} from './tasks/index.ts'
export { Interrupted, type TrainOptions, trainRun } from './train/index.ts'
export { openTranscriber, type TranscribeOptions, type Transcript } from './transcribe/transcribe.ts'
export { type Algorithm, groupAdvantages } from './update/advantages.ts'
export { cispoLoss } from './update/losses/cispo.ts'
export { crossEntropy } from './update/losses/crossEntropy.ts'
export { type GrpoLossOptions, grpoLoss } from './update/losses/grpo.ts'
export { gspoLoss } from './update/losses/gspo.ts'
export type { KlEstimator } from './update/losses/kl.ts'
export type { PolicyLossOptions } from './update/losses/policyLoss.ts'
export { type Aggregation, tokenWeights } from './update/tokenWeights.ts'
export { type AlignedRecording, readWords } from './wordTimes/readWords.ts'
export { parseStream, type TimedItem, type TimedWord, timeToken, wordTimeStream } from './wordTimes/stream.ts'
