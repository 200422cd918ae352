/**
 * The shortest honest RL loop: ask, answer G times, judge by the rubric, learn from the difference, on real recordings.
 *
 * It is RuscaRL with every part in sight: the first answer of a group is shown the whole rubric, the last none of it, and
 * all are learned on the plain prompt. Left out, all of which `rubato train` has: resuming, evaluation and its controls, the
 * KL to a reference, minibatches, checkpoints, the report.
 *
 * Starts from the model and the samples of the quickstart (`npm start` first), or from folder and file of your own:
 *
 *     npx tsx examples/rlLoop.ts [model] [samples.jsonl]
 *
 * Prints one line a step: mean reward, share of equal groups, loss. 20 steps take about a minute on two cores; the model
 * is then in `runs/rl-loop`.
 */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startEngine } from '../models/index.ts'
import { drawScaffold, loadRubric, renderScaffold, scaffoldRatio, scaffoldSchema } from '../rubrics/index.ts'
import {
  featureStore,
  groupAdvantages,
  grpoLoss,
  judgeByVerifiers,
  loadSamples,
  openModel,
  prepare,
  sampleCompletions,
  saveModel,
  seededRandom,
  tokenWeights,
} from '../src/index.ts'

const SETTINGS = {
  steps: 20,
  prompts: 8, // a step
  group: 8, // answers a prompt
  learningRate: 1e-4,
  maxNewTokens: 48,
  seed: 1,
}
const SCAFFOLD = scaffoldSchema.parse({ step: 'constant', style: 'compact', show_points: false, warning: false })

/** Runs the loop and saves the model in `out`; returns the mean reward of every step. */
export async function rlLoop(model: string, data: string, out: string, settings = SETTINGS): Promise<number[]> {
  const { steps, prompts, group, learningRate, maxNewTokens, seed } = settings
  const random = seededRandom(seed)
  const engine = startEngine()
  const opened = await openModel(model, engine)
  const { policy, renderer, maxSeconds } = opened
  const store = featureStore({ nMels: policy.nMels, maxSeconds, overLength: 'cut' })
  const { samples } = await loadSamples(data)
  const loss = grpoLoss({ clipLow: 0.2, clipHigh: 0.2, dualClip: 3, kl: 0, entropy: 0, onPolicy: true })
  const rewardsByStep: number[] = []
  await policy.resetOptimiser()

  for (let step = 1; step <= steps; step++) {
    // Ask: a few samples, each G times, with the rubric shown from whole to not at all.
    const asked = await Promise.all(
      Array.from({ length: prompts }, async () => {
        const { id, messages, rubric = 'audio-analysis' } = samples[random.integer(samples.length)]!
        return prepare({ id, messages, rubric: typeof rubric === 'string' ? await loadRubric(rubric) : rubric }, store)
      }),
    )
    const asks = asked.flatMap((sample) =>
      Array.from({ length: group }, (_, index) => {
        const ratio = scaffoldRatio({ step, totalSteps: steps, index, groupSize: group }, SCAFFOLD)
        const shown = renderScaffold(drawScaffold(sample.rubric, ratio, random), SCAFFOLD)
        const messages =
          shown === null ? sample.messages : [{ role: 'system' as const, content: shown }, ...sample.messages]
        return { sample, messages, features: sample.features, seeds: [random.integer(2 ** 32)] }
      }),
    )
    const answers = await sampleCompletions(policy, renderer, asks, { maxNewTokens, sampling: { temperature: 1 } })

    // Judge: every criterion of the sample's own rubric.
    const rewards = answers.map(({ text }, i) => judgeByVerifiers(asks[i]!.sample.rubric, text).score)
    const advantages = groupAdvantages(rewards, group)

    // Learn: the answers behind the plain prompt, each token weighted alike.
    const clips = [...new Set(asked.flatMap(({ features }) => features))]
    const weights = tokenWeights(
      answers.map(({ completionIds }) => completionIds.length),
      'token-mean',
    )
    const tokens: { sequence: number; position: number }[] = []
    const values = { weight: [] as number[], advantage: [] as number[] }
    const sequences = answers.map(({ completionIds }, sequence) => {
      const { messages, features } = asks[sequence]!.sample
      const promptIds = renderer.prompt(messages, features)
      for (const i of completionIds.keys()) {
        tokens.push({ sequence, position: promptIds.length + i })
        values.weight.push(weights[sequence]!)
        values.advantage.push(advantages[sequence]!)
      }
      return { ids: [...promptIds, ...completionIds], audios: features.map((clip) => clips.indexOf(clip)) }
    })
    const { metrics } = await policy.gradients({ audios: clips, sequences }, { tokens, values }, loss)
    await policy.update({ step, learningRate })

    const mean = rewards.reduce((total, reward) => total + reward, 0) / rewards.length
    const equal = asked.filter((_, s) => new Set(rewards.slice(s * group, (s + 1) * group)).size === 1).length
    rewardsByStep.push(mean)
    console.log(
      `step ${step}: reward ${mean.toFixed(3)}, ${equal} of ${prompts} groups equal, loss ${metrics.loss!.toFixed(4)}`,
    )
  }
  mkdirSync(out, { recursive: true })
  await saveModel(out, opened, maxSeconds)
  await engine.close()
  return rewardsByStep
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [model = 'runs/quickstart', data = 'data/quickstart/train.jsonl'] = process.argv.slice(2)
  await rlLoop(model, data, 'runs/rl-loop')
}
