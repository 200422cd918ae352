import path from 'node:path'
import { firstHead, isHeadTensor } from '../../models/index.ts'
import { assemble, loadTensors, type Model, saveTensors } from '../model/modelFolder.ts'
import { seededRandom } from '../random.ts'
import type { RlStage } from '../recipe/index.ts'

/** The run's model with a head of values, for PPO; both are the same arrays, so what one learns the other is. */
export interface ValuedPolicy {
  readonly model: Model
  /** Keeps the head and what the optimiser knows of it in a checkpoint; the rest is the run's model's. */
  save(folder: string): Promise<void>
}

const FILE = 'value.safetensors'

/** Begins with values of 0, or as the checkpoint that the run goes on from has it. */
export async function valuedPolicy(
  { freeze, optimiser }: Pick<RlStage, 'freeze' | 'optimiser'>,
  model: Model,
  seed: string,
  checkpoint: string | null,
): Promise<ValuedPolicy> {
  const { policy, tokenizer, renderer } = model
  const { adapter } = policy
  const whole = adapter && { ...adapter, trainFully: [...adapter.trainFully, 'v_head'] }
  const config = { ...policy.config, head: { kind: 'value', layers: 2 } as const }
  const valued = { ...model, ...assemble(config, tokenizer, policy.engine, renderer, undefined, whole) }
  const own = valued.policy
  await own.freeze(freeze)
  if (checkpoint === null) {
    const drawn = seededRandom(seed)
      .child('head')
      .integer(2 ** 32)
    await own.setSome(firstHead(own.parameters, drawn))
    await own.resetOptimiser(optimiser)
  } else {
    const kept = loadTensors(path.join(checkpoint, FILE))
    await own.setSome(new Map([...kept].filter(([name]) => own.parameters.has(name))))
    const rest = loadTensors(path.join(checkpoint, 'optimiser.safetensors'))
    await own.setOptimiserState(new Map([...rest, ...kept]), optimiser)
  }
  const ofHead = (arrays: ReadonlyMap<string, Float32Array>) =>
    [...arrays].filter(([name]) => isHeadTensor(name.replace(/^.*\//, '')))
  return {
    model: valued,
    async save(folder) {
      const arrays = new Map([...ofHead(await own.weights()), ...ofHead(await own.optimiserState())])
      await saveTensors(path.join(folder, FILE), own, arrays)
    },
  }
}
