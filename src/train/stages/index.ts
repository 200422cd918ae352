import type { Stage } from '../../recipe/index.ts'
import { onlinePreference } from './onlinePreference.ts'
import { preference } from './preference.ts'
import { reward } from './reward.ts'
import { rl } from './rl.ts'
import { sft } from './sft.ts'
import type { StageRunner } from './stageRunner.ts'

type Runners = { readonly [K in Stage['kind']]: StageRunner<Extract<Stage, { kind: K }>> }

/** Every kind of stage that a recipe can name, and how it is run. */
const runners: Runners = { sft, preference, reward, online_preference: onlinePreference, rl }

/** How this stage is run. */
export const runnerOf = (stage: Stage): StageRunner<Stage> => runners[stage.kind] as StageRunner<Stage>

export type { SideStage, StageContext, TakeStep } from './stageRunner.ts'
