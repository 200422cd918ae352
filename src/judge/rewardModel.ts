import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Engine, startEngine } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { featureStore } from '../features/featureStore.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { openModel } from '../model/modelFolder.ts'
import { audioPaths, type Message } from '../prompts/message.ts'

export interface RewardModelOptions {
  /** A model folder, a run that trained a reward model, or a hub id. */
  readonly model: string
  /** Execution provider of ONNX Runtime ('cpu'). */
  readonly device?: string
  /** Opens the engine that it computes in, in place of one on `device`. */
  readonly openEngine?: () => Engine
  readonly onNotice?: (line: string) => void
}

/** A model that gives an answer one number, the higher the better; only differences between answers mean something. */
export interface RewardModel {
  /**
   * Rewards of conversations that end with the answer, in their order. Those that are asked for while others are computed
   * are computed together.
   *
   * @throws UsageError when a conversation is longer than the model's positions; AudioError for a clip
   */
  reward(conversation: readonly Message[]): Promise<number>
  close(): Promise<void>
}

/** Conversations computed at once. */
const AT_ONCE = 16

/** The folder of a reward model: the folder itself, or what a run that trained one keeps in `reward-model`. */
export function rewardModelPlace(folder: string): string {
  const own = path.join(folder, 'reward-model')
  return existsSync(path.join(own, 'config.json')) ? own : folder
}

/** Whether a folder holds a reward model, or is a run that trained one. */
export function isRewardModel(folder: string): boolean {
  const file = path.join(rewardModelPlace(folder), 'config.json')
  if (!existsSync(file)) return false
  const { architectures } = JSON.parse(readFileSync(file, 'utf8')) as { architectures?: unknown }
  return /For(RewardModel|SequenceClassification)$/.test(String([architectures].flat()[0]))
}

/**
 * Opens a reward model, in an engine of its own; `close` it when done.
 *
 * @throws UsageError when the model gives no rewards
 */
export async function openRewardModel({
  model,
  device,
  openEngine,
  onNotice,
}: RewardModelOptions): Promise<RewardModel> {
  const engine = openEngine?.() ?? startEngine({ executionProviders: [device ?? 'cpu'] })
  try {
    return await rewardModelIn(engine, model, onNotice)
  } catch (error) {
    await engine.close()
    throw error
  }
}

async function rewardModelIn(
  engine: Engine,
  model: string,
  onNotice: ((line: string) => void) | undefined,
): Promise<RewardModel> {
  const notices = onNotice ? { onNotice } : {}
  const place = rewardModelPlace(existsSync(model) ? model : await resolveModel(model, notices))
  const { policy, renderer, maxSeconds } = await openModel(place, engine, { ...notices, frozen: true, rewards: true })
  const store = featureStore({ nMels: policy.nMels, maxSeconds, overLength: 'cut' })
  const { maxPositions } = policy.config.language
  interface Waiting {
    readonly conversation: readonly Message[]
    resolve(reward: number): void
    reject(error: unknown): void
  }
  let waiting: Waiting[] = []
  let busy = false

  const work = async () => {
    if (busy) return
    busy = true
    while (waiting.length > 0) {
      const now = waiting.slice(0, AT_ONCE)
      waiting = waiting.slice(AT_ONCE)
      await together(now).catch((error: unknown) => {
        for (const one of now) one.reject(error)
      })
    }
    busy = false
  }
  const together = async (now: readonly Waiting[]) => {
    const read = await Promise.all(
      now.map(async (one) => {
        try {
          const features = await Promise.all(audioPaths(one.conversation).map((clip) => store.get(clip)))
          const { ids } = renderer.conversation(one.conversation, features)
          if (ids.length > maxPositions) {
            throw new UsageError(
              `a conversation of ${ids.length} tokens; the reward model has ${maxPositions} positions.`,
            )
          }
          return [{ one, ids, features }]
        } catch (error) {
          one.reject(error)
          return []
        }
      }),
    )
    const ready = read.flat()
    if (ready.length === 0) return
    const clips = [...new Set(ready.flatMap(({ features }) => features))]
    const sequences = ready.map(({ ids, features }) => ({ ids, audios: features.map((clip) => clips.indexOf(clip)) }))
    const tokens = sequences.map(({ ids }, sequence) => ({ sequence, position: ids.length }))
    const rewards = await policy.scalars({ audios: clips, sequences }, { tokens })
    for (const [i, { one }] of ready.entries()) one.resolve(rewards[i]!)
  }
  return {
    reward: (conversation) =>
      new Promise((resolve, reject) => {
        waiting.push({ conversation, resolve, reject })
        setImmediate(work) // so that what is asked for together is computed together
      }),
    close: () => engine.close(),
  }
}
