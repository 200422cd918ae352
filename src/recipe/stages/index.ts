import { type StageOf, stageSchema } from '../stage.ts'
import { onlinePreference } from './onlinePreference.ts'
import { preference } from './preference.ts'
import { reward } from './reward.ts'
import { rl } from './rl.ts'
import { sft } from './sft.ts'

/** Every kind of stage, in the order in which they are usually run; a new one is one file and one word here. */
export const stageKinds = [sft, preference, reward, onlinePreference, rl] as const

export const anyStageSchema = stageSchema(stageKinds)

/** Options of a stage; `kind` tells which. */
export type Stage = StageOf<(typeof stageKinds)[number]>
export type SftStage = Extract<Stage, { kind: 'sft' }>
export type RewardStage = Extract<Stage, { kind: 'reward' }>
export type PreferenceStage = Extract<Stage, { kind: 'preference' }>
export type OnlinePreferenceStage = Extract<Stage, { kind: 'online_preference' }>
export type RlStage = Extract<Stage, { kind: 'rl' }>
