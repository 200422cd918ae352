import type { Evaluation } from '../../../src/report/readRun.ts'

/** An evaluation whose answers to samples s0, s1, … have these scores. */
export function evaluation(name: string, scores: number[], extra: Partial<Evaluation> = {}): Evaluation {
  const mean = scores.reduce((a, b) => a + b, 0) / Math.max(1, scores.length)
  return {
    name,
    control: 'none',
    score: mean,
    n_samples: scores.length,
    criteria: [],
    answers: scores.map((score, i) => ({
      sample_id: `s${i}`,
      audio: [],
      prompt: '',
      completion: '',
      verdicts: [],
      score,
    })),
    ...extra,
  }
}
