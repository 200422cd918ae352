import { isLoraTensor, loraScale, readSafetensors, startEngine } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { type OpenedModel, openModel } from '../model/modelFolder.ts'

/**
 * Weights of the model that another is measured against, by the names of those that the other trains: of a model its
 * parameters; of an adapter its updates, which are 0 where the reference is the base, or has none.
 *
 * @throws UsageError when the two are not of one shape, or of one base
 */
export async function referenceWeights(model: OpenedModel, reference: string): Promise<Map<string, Float32Array>> {
  const engine = startEngine()
  try {
    const opened = await openModel(reference, engine)
    checkKin(model, opened, reference)
    const { adapter, parameters, trainable } = model.policy
    const own = opened.policy.adapter ? await opened.policy.adapterWeights() : new Map<string, Float32Array>()
    const rest = adapter ? readSafetensors(opened.place) : undefined
    const all = adapter ? own : await opened.policy.weights()
    return new Map(
      [...(adapter ? trainable : parameters)].map(([name, shape]) => {
        const found = opened.policy.parameters.get(name)
        if (!found && adapter && isLoraTensor(name)) return [name, new Float32Array(shape[0]! * shape[1]!)]
        if (found?.join() === shape.join()) return [name, all.get(name) ?? rest!.read(name)]
        throw new UsageError(
          `${reference}: its ${name} is ${found ? `[${found.join(', ')}]` : 'missing'}, the model's is [${shape.join(', ')}]. ` +
            'Give the model from which this one was trained.',
        )
      }),
    )
  } finally {
    await engine.close()
  }
}

/** What the two share must be the same: the graphs that read the reference are the model's. */
function checkKin(model: OpenedModel, opened: OpenedModel, reference: string): void {
  const [own, other] = [model.policy.adapter, opened.policy.adapter]
  if (!own && other)
    throw new UsageError(`${reference}: is an adapter, the model is none. Merge it first: rubato merge.`)
  if (!own) return
  if (model.place !== opened.place) {
    throw new UsageError(
      `${reference}: stands on ${opened.place}, the model's adapter on ${model.place}. Give that base, or an adapter of it.`,
    )
  }
  for (const [module, linear] of other?.linears ?? []) {
    const mine = own.linears.get(module)
    if (mine && loraScale(mine, own) === loraScale(linear, other!)) continue
    throw new UsageError(
      `${reference}: its update of ${module} is ${mine ? 'scaled otherwise than' : 'none of'} the model's. Merge the two and give both so.`,
    )
  }
}
