import { specAugment } from '../../../audio/index.ts'
import { seededRandom } from '../../random.ts'
import type { SftStage } from '../../recipe/index.ts'
import { prepare } from '../../rollout/prepare.ts'
import { sftStep } from '../../stages/sft.ts'
import { drawFrom } from '../mixture.ts'
import { lookAhead, optimiserOptions, type StageRunner, stepsOfPasses } from './stageRunner.ts'

const NO_RUBRIC = { name: 'none', criteria: [] }

/** Supervised fine-tuning: samples with their answers, their clips under masks where the stage says so. */
export const sft: StageRunner<SftStage> = {
  steps: stepsOfPasses,
  keepsReference: () => false,
  start(stage, { recipe, data, index, total, seed, store, model: { policy, renderer } }) {
    const draw = drawFrom(data.taught.get(index)!, stage.data ?? recipe.data!)
    const { spec_augment: masks } = stage
    const drawn = masks && {
      nTimeMasks: masks.time_masks,
      maxFrames: masks.max_frames,
      nFrequencyMasks: masks.frequency_masks,
      maxMels: masks.max_mels,
      maxTimeShare: masks.max_time_share,
    }
    const load = (step: number) =>
      Promise.all(
        draw(stage.batch, step, seed).map(async (item, i) => {
          const prepared = await prepare({ ...item, rubric: NO_RUBRIC }, store)
          if (!drawn) return prepared
          const random = seededRandom(`${seed}/masks/${step}/${i}`)
          return { ...prepared, features: prepared.features.map((clip) => specAugment(clip, drawn, random)) }
        }),
      )
    const ahead = lookAhead(load, total)
    const options = {
      ...optimiserOptions(stage, total),
      accumulation: stage.gradient_accumulation,
      seed,
      packLength: stage.packing ? stage.pack_length : null,
      recomputeLayers: stage.activation_checkpointing,
      neftune: stage.neftune_alpha,
      labelSmoothing: stage.label_smoothing,
    }
    return async (step) => sftStep(policy, renderer, await ahead(step), options, step)
  },
}
