import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readAdapter } from '../../models/index.ts'
import { loadTensors, loadWeights, type Model, saveModel, saveTensors } from '../model/modelFolder.ts'
import type { Stage } from '../recipe/index.ts'
import type { TowerHashes } from '../runs/card.ts'
import type { Checkpoint, RunFolder } from '../runs/index.ts'
import { REFERENCE } from '../stages/rl.ts'
import { mergingSettings } from './onlineMerging.ts'

/** Where a run stands; with the weights and the optimiser it is all that a resumption needs. */
export interface RunState {
  /** Stage that the last step belongs to, and how many of its steps are done. */
  readonly stage: number
  readonly step: number
  readonly globalStep: number
  /** Of computing, over all sittings. */
  readonly seconds: number
  readonly secondsByStage: Readonly<Record<string, number>>
  readonly started: string
  /** Hashes of the weights around each stage so far. */
  readonly towers?: readonly TowerHashes[]
}

/** Saves model (of one with an adapter, the adapter), optimiser and state as `checkpoints/step-N`, whole or not at all. */
export async function saveCheckpoint(
  run: RunFolder,
  model: Model,
  state: RunState,
  options: {
    maxSeconds: number
    keep: number
    hasReference: boolean
    /** Writes what the stage trains beside the model. */
    saveSide?: ((folder: string) => Promise<void>) | undefined
    /** Writes where the model comes from beside it. */
    writeCard(folder: string): Promise<void>
  },
): Promise<Checkpoint> {
  const saved = await run.checkpoints.save(state.globalStep, async (folder) => {
    const at = (file: string) => path.join(folder, file)
    await saveModel(folder, model, options.maxSeconds)
    await saveTensors(at('optimiser.safetensors'), model.policy, await model.policy.optimiserState())
    if (options.hasReference) {
      await saveTensors(at('reference.safetensors'), model.policy, await model.policy.weights(REFERENCE))
    }
    await options.saveSide?.(folder)
    await options.writeCard(folder)
    await writeFile(at('state.json'), `${JSON.stringify(state, null, 2)}\n`)
  })
  run.checkpoints.prune(options.keep)
  return saved
}

/** Brings a policy back to a checkpoint; returns where the run stood. */
export async function restoreCheckpoint(
  { folder }: Checkpoint,
  { policy }: Model,
  stages: readonly Stage[],
): Promise<RunState> {
  const at = (file: string) => path.join(folder, file)
  const state = JSON.parse(await readFile(at('state.json'), 'utf8')) as RunState
  const stage = stages[state.stage]!
  await policy.freeze(stage.freeze)
  if (policy.adapter) await policy.setAdapterWeights(readAdapter(folder, policy.config).weights)
  else await policy.setWeights(loadWeights(folder, policy))
  if (existsSync(at('reference.safetensors'))) {
    await policy.setWeights(loadTensors(at('reference.safetensors')), REFERENCE)
  }
  const optimiserState = loadTensors(at('optimiser.safetensors'))
  // None of a stage that trains something beside the model.
  if (optimiserState.size > 0) {
    await policy.setOptimiserState(optimiserState, stage.optimiser, mergingSettings(stage, state.stage))
  }
  return state
}
