import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Engine, firstHead, writeFolderAtomically } from '../../../models/index.ts'
import { RunError } from '../../errors.ts'
import { assemble, loadTensors, loadWeights, type Model, saveModel, saveTensors } from '../../model/modelFolder.ts'
import { audioPaths } from '../../prompts/message.ts'
import { seededRandom } from '../../random.ts'
import type { RewardStage } from '../../recipe/index.ts'
import { writeAside } from '../../runs/writeAside.ts'
import { type PreparedRanking, rewardStep, rewardsOf } from '../../stages/reward.ts'
import { measureRewards, type RewardMeasures, scoreScale } from '../../stages/rewardMeasures.ts'
import { itemsOfStep } from '../order.ts'
import { rewardModelFolder, rewardReportFile } from '../rewardModels.ts'
import { lookAhead, optimiserOptions, type StageRunner, stepsOfPasses } from './stageRunner.ts'

/** Rankings that are measured at most of those that were learnt: they only show the gap to the others. */
const MOST_MEASURED = 512

/**
 * A reward model, trained from a copy of the model in an engine of its own; the run's model stays as it is, and later
 * stages go on with it. Ends as `reward-model` in the run's folder.
 */
export const reward: StageRunner<RewardStage> = {
  steps: (stage, data, index) => stepsOfPasses(stage, data, index, (taught) => !taught.test),
  keepsReference: () => false,
  trainsModel: false,
  start(stage, context) {
    const { data, index, total, seed, store, runPath, recipe, checkpoint } = context
    const prepare = (taught: (typeof all)[number]) => async (): Promise<PreparedRanking> => ({
      id: taught.id,
      answers: taught.ranked!,
      features: await Promise.all(audioPaths(taught.messages).map((clip) => store.get(clip))),
    })
    const all = data.taught.get(index)!
    const [learnt, tested] = [all.filter(({ test }) => !test), all.filter(({ test }) => test)]
    const items = learnt.map(prepare)
    const load = (step: number) => Promise.all(itemsOfStep(items, stage.batch, step, seed).map((item) => item()))
    const ahead = lookAhead(load, total)
    const scale = scoreScale(learnt.map(({ ranked }) => ({ answers: ranked! })))
    const options = {
      ...optimiserOptions(stage, total),
      accumulation: stage.gradient_accumulation,
      loss: stage.loss,
      scale,
    }
    const at = (folder: string, file: string) => path.join(folder, 'reward-model', file)
    let opened: Promise<{ engine: Engine; model: Model }> | undefined
    const open = () => {
      opened ??= openCopy(stage, context)
      return opened
    }

    const measure = async (of: typeof all): Promise<RewardMeasures | null> => {
      if (of.length === 0) return null
      const { model } = await open()
      const rewards: number[][] = []
      const size = Math.max(1, Math.ceil(stage.batch / stage.gradient_accumulation))
      for (let from = 0; from < of.length; from += size) {
        const part = await Promise.all(of.slice(from, from + size).map((taught) => prepare(taught)()))
        rewards.push(...(await rewardsOf(model.policy, model.renderer, part)))
      }
      const rankings = of.map(({ ranked }) => ({ answers: ranked! }))
      return measureRewards(rankings, rewards, scale)
    }

    return {
      async take(step) {
        const { model } = await open()
        const metrics = await rewardStep(model.policy, model.renderer, await ahead(step), options, step)
        if (step < total) return metrics
        const train = (await measure(learnt.slice(0, MOST_MEASURED)))!
        const test = await measure(tested)
        const report = { stage: index, scale, train, test, gap: test && train.accuracy - test.accuracy }
        writeAside(rewardReportFile(runPath, index), `${JSON.stringify(report, null, 2)}\n`)
        return {
          ...metrics,
          'train/accuracy': train.accuracy,
          'train/ece': train.ece,
          ...(test && {
            'test/accuracy': test.accuracy,
            'test/margin': test.margin,
            'test/ece': test.ece,
            'accuracy/gap': train.accuracy - test.accuracy,
          }),
        }
      },
      async save(folder) {
        const { model } = await open()
        mkdirSync(path.join(folder, 'reward-model'))
        await saveModel(path.join(folder, 'reward-model'), model, recipe.clips.max_seconds)
        await saveTensors(at(folder, 'optimiser.safetensors'), model.policy, await model.policy.optimiserState())
      },
      async finish() {
        const { engine, model } = await open()
        const folder = rewardModelFolder(runPath, index, recipe.stages)
        await writeFolderAtomically(folder, async (aside) => {
          await saveModel(aside, model, recipe.clips.max_seconds)
          await context.writeCard(aside)
        })
        await engine.close()
      },
    }

    /** The copy as the stage begins with it, or as the checkpoint that the run goes on from has it. */
    async function openCopy({ layers, freeze, optimiser }: RewardStage, { model, openEngine }: typeof context) {
      const { policy, tokenizer, renderer } = model
      if (policy.adapter)
        throw new RunError('a reward model is not trained on an adapter. Merge it first: rubato merge.')
      const engine = openEngine()
      const copy = assemble({ ...policy.config, head: { kind: 'reward', layers } }, tokenizer, engine, renderer)
      const own = copy.policy
      await own.freeze(freeze)
      if (checkpoint !== null) {
        await own.setWeights(loadWeights(path.join(checkpoint, 'reward-model'), own))
        await own.setOptimiserState(loadTensors(at(checkpoint, 'optimiser.safetensors')), optimiser)
        return { engine, model: copy }
      }
      const drawn = seededRandom(seed)
        .child('head')
        .integer(2 ** 32)
      await own.setWeights(new Map([...(await policy.weights()), ...firstHead(own.parameters, drawn)]))
      await own.resetOptimiser(optimiser)
      return { engine, model: copy }
    }
  },
}
