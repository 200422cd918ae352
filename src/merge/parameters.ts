import { z } from 'zod'
import type { MergeMethod, Parameter, TensorSettings, Values } from '../../models/index.ts'
import { unknownName } from '../../rubrics/index.ts'

const scalar = z.union([z.number(), z.boolean(), z.string()])
const gradient = z.array(z.number()).min(1)
const conditional = z.strictObject({ filter: z.string().nullish(), value: z.union([scalar, gradient]) })

/**
 * A parameter as mergekit writes it: one value; a gradient, whose numbers are spread over the layers from the first to the
 * last; or a list of `{filter, value}`, of which the first counts whose `filter` is part of the tensor's name.
 */
export const settingSchema = z.union([scalar, gradient, z.array(conditional).min(1), conditional])
export type Setting = z.output<typeof settingSchema>
export type Settings = Readonly<Record<string, Setting>>

/** The value of a setting for one tensor; undefined where no filter of a list fits. Outside of the layers gradients begin. */
export function settingAt(setting: Setting, tensor: string, nLayers: number): number | boolean | string | undefined {
  if (typeof setting !== 'object') return setting
  if (!Array.isArray(setting)) return settingAt([setting], tensor, nLayers)
  if (isGradient(setting)) return onGradient(setting, depthOf(tensor, nLayers))
  const fits = ({ filter }: z.output<typeof conditional>) => filter == null || filter === '*' || tensor.includes(filter)
  const found = setting.find(fits)
  return found === undefined ? undefined : settingAt(found.value, tensor, nLayers)
}

const isGradient = (list: readonly unknown[]): list is number[] => list.every((entry) => typeof entry === 'number')

function onGradient(values: readonly number[], depth: number): number {
  const place = depth * (values.length - 1)
  const below = Math.floor(place)
  const above = Math.min(values.length - 1, below + 1)
  return (1 - (place - below)) * values[below]! + (place - below) * values[above]!
}

/** 0 in the first layer, 1 in the last; 0 outside of the layers, as mergekit has it. */
function depthOf(tensor: string, nLayers: number): number {
  const layer = /(?:^|\.)(?:layers|h|blocks)\.(\d+)\./.exec(tensor)?.[1]
  if (layer === undefined) return 0
  return nLayers > 1 ? Number(layer) / (nLayers - 1) : 1
}

/**
 * Parameters by tensor: the model's own first, then the merge's, then the method's default.
 *
 * @param models  parameters of each merged model, in order
 * @throws RangeError, one line, for a parameter that is unknown, missing, or out of its range
 */
export function settingsOf(
  method: MergeMethod,
  shared: Settings,
  models: readonly { readonly name: string; readonly parameters: Settings }[],
  nLayers: number,
): (tensor: string) => TensorSettings {
  refuseUnknown('parameters', shared, method, [method.shared, method.perModel])
  for (const { name, parameters } of models) {
    refuseUnknown(`parameters of ${name}`, parameters, method, [method.perModel])
  }
  return (tensor) => {
    const valueFor = (name: string, parameter: Parameter, where: string, sources: readonly Settings[]) => {
      for (const source of sources) {
        const setting = source[name]
        const value = setting === undefined ? undefined : settingAt(setting, tensor, nLayers)
        if (value !== undefined) return checked(value, name, parameter, where)
      }
      if (parameter.default !== undefined) return parameter.default
      throw new RangeError(`${where}${name}: missing for ${tensor}; ${method.name} needs it (${parameter.about}).`)
    }
    const all = (known: MergeMethod['shared'], where: string, sources: readonly Settings[]): Values =>
      Object.fromEntries(Object.entries(known).map(([name, one]) => [name, valueFor(name, one, where, sources)]))
    return {
      shared: all(method.shared, '', [shared]),
      models: models.map(({ name, parameters }) => all(method.perModel, `${name} `, [parameters, shared])),
    }
  }
}

/** A parameter's description, for help and docs. */
export function describeParameter({ about, default: value, choices }: Parameter): string {
  const values = choices ? ` (${choices.join(', ')})` : ''
  return `${about}${values}; ${value === undefined ? 'must be given' : `${value} when left out`}`
}

function refuseUnknown(
  where: string,
  given: Settings,
  { name }: MergeMethod,
  known: readonly MergeMethod['shared'][],
): void {
  const names = known.flatMap((table) => Object.keys(table))
  for (const key of Object.keys(given)) {
    if (names.includes(key)) continue
    throw new RangeError(`${where}: "${key}" is read by no step of ${name}: ${unknownName('parameter', key, names)}`)
  }
}

function checked(
  value: number | boolean | string,
  name: string,
  { choices, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: Parameter,
  where: string,
): number | boolean | string {
  if (choices) {
    if (choices.includes(value)) return value
    throw new RangeError(`${where}${name}: is ${JSON.stringify(value)}. It must be one of ${choices.join(', ')}.`)
  }
  if (typeof value === 'number' && value >= least && value <= most) return value
  const range = Number.isFinite(least) || Number.isFinite(most) ? ` from ${least} to ${most}` : ''
  throw new RangeError(`${where}${name}: is ${JSON.stringify(value)}. It must be a number${range}.`)
}
