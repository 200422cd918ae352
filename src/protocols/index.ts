/** Scoring of published benchmarks, and readers of their files; docs/protocols.md. */

export { type AirBenchRow, type AirBenchScore, parseScores, readAirBench, scoreAirBench } from './airBench.ts'
export {
  type ChallengeAnswer,
  type ChallengeScore,
  readAudioMultiChallenge,
  readJudgedChallenge,
  scoreAudioMultiChallenge,
} from './audioMultiChallenge.ts'
export {
  type HealthBenchAnswer,
  type HealthBenchScore,
  readHealthBenchResults,
  scoreHealthBench,
} from './healthBench.ts'
export { type MmauRow, type MmauScore, mmauMatch, readMmau, scoreMmau } from './mmau.ts'
export {
  ifEval,
  readVoiceBench,
  scoreOpen,
  scoreQa,
  sdQa,
  type VoiceBenchRow,
  type VoiceBenchScores,
  type VoiceBenchTask,
  voiceBenchOverall,
} from './voiceBench.ts'
