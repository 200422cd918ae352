import path from 'node:path'
import type { PreferenceStage } from '../../recipe/index.ts'
import { preferenceStep } from '../../stages/preference.ts'
import { preparePairs, referenceOfStage } from '../../stages/preferenceReference.ts'
import { preferenceLosses } from '../../update/losses/preference/index.ts'
import { drawFrom } from '../mixture.ts'
import { lookAhead, optimiserOptions, type StageRunner, stepsOfPasses } from './stageRunner.ts'

/** Preference learning: pairs of answers, and what the policy thought of them at the start. */
export const preference: StageRunner<PreferenceStage> = {
  steps: stepsOfPasses,
  // What it compares with are numbers, computed once and kept in a file.
  keepsReference: () => false,
  start(stage, { recipe, data, index, total, seed, store, runPath, model: { policy, renderer } }) {
    const taught = data.taught.get(index)!
    const pairs = preparePairs(taught, store)
    const draw = drawFrom(
      pairs.map((prepared, i) => ({ ...taught[i], prepared })),
      stage.data ?? recipe.data!,
    )
    const load = (step: number) => Promise.all(draw(stage.batch, step, seed).map(({ prepared }) => prepared()))
    const ahead = lookAhead(load, total)
    const options = {
      ...optimiserOptions(stage, total),
      accumulation: stage.gradient_accumulation,
      seed,
      loss: lossOptions(stage.loss),
    }
    const file = path.join(runPath, `reference-${index + 1}.json`)
    let reference: Awaited<ReturnType<typeof referenceOfStage>> | undefined
    return async (step) => {
      reference ??= await referenceOfStage(policy, renderer, pairs, stage, file, step === 1)
      return preferenceStep(policy, renderer, await ahead(step), reference, options, step)
    }
  },
}

/** The loss of a recipe as the step reads it. */
export const lossOptions = ({
  kind,
  beta,
  sft,
  ...own
}: PreferenceStage['loss']): Parameters<typeof preferenceStep>[4]['loss'] => ({
  kind,
  beta,
  sft,
  labelSmoothing: own.label_smoothing ?? 0,
  lengthNormalised: own.length_normalised ?? preferenceLosses[kind].defaults.lengthNormalised,
  gamma: own.gamma ?? 1,
  desirableWeight: own.desirable_weight ?? 1,
  undesirableWeight: own.undesirable_weight ?? 1,
})
