import path from 'node:path'
import {
  CheckpointError,
  firstNotFinite,
  type MappedWeights,
  type Policy,
  readSafetensors,
  redundantTensors,
  type Safetensors,
  writeSafetensors,
} from '../../models/index.ts'

/** Named arrays of a policy's parameters; the names may carry a prefix that ends in `/`. */
export async function saveTensors(
  file: string,
  policy: Policy,
  arrays: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const redundant = new Map(redundantTensors(policy.config).map(({ name, shape }) => [name, shape]))
  const shapeOf = (name: string) => policy.parameters.get(name) ?? redundant.get(name)!
  const tensors = new Map(
    [...arrays].map(([name, data]) => [name, { shape: shapeOf(name.replace(/^.*\//, '')), data }]),
  )
  writeSafetensors(file, tensors, { format: 'pt' })
}

export function loadTensors(file: string): Map<string, Float32Array> {
  const opened = readSafetensors(file)
  return new Map([...opened.tensors.keys()].map((name) => [name, opened.read(name)]))
}

/**
 * The parameters of a policy as a model folder holds them, in one file or in shards, less those that stay mapped; other
 * tensors stay unread. Of mapped ones the vectors are looked at: a model that has diverged has no number left in its norms.
 *
 * @throws CheckpointError when one is missing, of another shape, or holds what is no finite number; when the weights are
 *   those of a model that hears and the config that of one that does not
 */
export function loadWeights(
  folder: string,
  { parameters, config }: Pick<Policy, 'parameters'> & Partial<Pick<Policy, 'config'>>,
  mapped?: MappedWeights,
): Map<string, Float32Array> {
  const opened = readSafetensors(folder)
  if (config) checkHearing(folder, opened, config.audio !== null)
  const weights = new Map<string, Float32Array>()
  for (const [name, shape] of parameters) {
    const stored = opened.tensors.get(name)
    if (stored && stored.shape.join() !== shape.join()) {
      const [is, asks] = [stored.shape, shape].map((numbers) => numbers.join(', '))
      throw new CheckpointError(stored.file, name, `has shape [${is}]. The model asks for [${asks}].`)
    }
    const stays = mapped?.tensors.has(name) === true
    if (stays && shape.length > 1) continue
    const values = opened.read(name)
    const bad = firstNotFinite(values)
    if (bad !== undefined) {
      const problem = `holds ${values[bad]} at place ${bad}. Every weight must be a finite number.`
      throw new CheckpointError(stored!.file, name, problem)
    }
    if (!stays) weights.set(name, values)
  }
  return weights
}

/** The config says whether a model hears, and so do the names of its weights. */
function checkHearing(folder: string, { tensors }: Safetensors, hears: boolean): void {
  const encoder = [...tensors.keys()].find((name) => /^(model\.)?audio_tower\./.test(name))
  if (hears === (encoder !== undefined)) return
  const file = path.join(folder, 'config.json')
  throw new CheckpointError(
    file,
    undefined,
    hears
      ? 'architectures says that the model hears, and no weight is called audio_tower. Give the config of these weights.'
      : `architectures is that of a model that hears nothing, and the weights hold "${encoder}". Give the config of these weights.`,
  )
}
