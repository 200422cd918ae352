import { type Policy, type Tower, towerOf, towers } from '../../models/index.ts'
import { UsageError } from '../errors.ts'

/** Numbers of one tower: all that it has, and those that train. */
export interface TowerCount {
  readonly tower: Tower
  readonly parameters: number
  readonly trainable: number
}

type Trained = Pick<Policy, 'parameters' | 'trainable'>
type Shapes = ReadonlyMap<string, readonly number[]>

/** What a policy trains when these towers are left as they are, by tower; towers that it lacks are left out. */
export function trainableByTower({ parameters, trainable }: Trained, frozen: readonly Tower[] = []): TowerCount[] {
  const count = (shapes: Shapes, tower: Tower) =>
    [...shapes].reduce(
      (sum, [name, shape]) => sum + (towerOf(name) === tower ? shape.reduce((a, b) => a * b, 1) : 0),
      0,
    )
  return towers
    .map((tower) => ({
      tower,
      parameters: count(parameters, tower),
      trainable: frozen.includes(tower) ? 0 : count(trainable, tower),
    }))
    .filter(({ parameters }) => parameters > 0)
}

/** Numbers that a policy trains when these towers are left as they are. */
export const nTrainable = (policy: Trained, frozen: readonly Tower[] = []): number =>
  trainableByTower(policy, frozen).reduce((sum, { trainable }) => sum + trainable, 0)

/** What of a stage decides whether it can train a model. */
interface TrainingStage {
  readonly kind: string
  readonly freeze: readonly Tower[]
  readonly algorithm?: string
}

/** @throws UsageError when a stage freezes all that could train, or trains a head that an adapter has no place for */
export function checkTrains(
  stages: readonly TrainingStage[],
  policy: Trained & Partial<Pick<Policy, 'adapter'>>,
): void {
  for (const [i, { kind, freeze, algorithm }] of stages.entries()) {
    const head = kind === 'reward' ? 'reward' : algorithm === 'ppo' ? 'value' : undefined
    if (head && policy.adapter) {
      throw new UsageError(
        `stages[${i}].${kind}: trains a ${head} head, which an adapter has no place for. Leave adapter out, or merge it first: rubato merge.`,
      )
    }
    // A reward model may be its head alone.
    if (head === 'reward' || nTrainable(policy, freeze) > 0) continue
    const open = trainableByTower(policy).flatMap(({ tower, trainable }) => (trainable > 0 ? [tower] : []))
    throw new UsageError(
      `stages[${i}].${kind}.freeze: ${freeze.join(', ')}, so nothing would train. Take out ${open.join(' or ')}.`,
    )
  }
}

/** That table as lines for people. */
export function trainableLines(policy: Trained & Partial<Pick<Policy, 'quantised'>>): string[] {
  const counts = trainableByTower(policy)
  const sum = (key: 'parameters' | 'trainable') => counts.reduce((total, count) => total + count[key], 0)
  const rows = [...counts, { tower: 'all', parameters: sum('parameters'), trainable: sum('trainable') }]
  const lines = rows.map(({ tower, parameters, trainable }) => {
    const share = trainable === 0 ? 'frozen' : `${((100 * trainable) / parameters).toFixed(1)} %`
    return `trains ${tower.padEnd(9)} ${figure(trainable)} of ${figure(parameters)} parameters (${share})`
  })
  return policy.quantised?.size ? [...lines, quantisedLine(policy.quantised)] : lines
}

/**
 * What is held in few bits, and how far that is off; of `nLinears` that were to be, also how many stay as they are, since
 * their rows are no whole number of blocks.
 */
export function quantisedLine(quantised: NonNullable<Policy['quantised']>, nLinears = quantised.size): string {
  if (quantised.size === 0)
    return `holds none of ${nLinears} linears in few bits: no row is a whole number of blocks of 32`
  const errors = [...quantised].map(([module, { relativeError }]) => ({ module, relativeError }))
  const worst = errors.reduce((most, error) => (error.relativeError > most.relativeError ? error : most))
  const mean = errors.reduce((sum, { relativeError }) => sum + relativeError, 0) / errors.length
  const { bits } = [...quantised.values()][0]!
  const nWide = nLinears - quantised.size
  const wide = nWide > 0 ? `; ${nWide} stay as they are, with rows of no whole blocks of 32` : ''
  const share = (error: number) => `${(100 * error).toFixed(bits === 4 ? 1 : 2)} %`
  return `holds ${quantised.size} linears in ${bits} bits, off by ${share(mean)} of their size, at most ${share(worst.relativeError)} (${worst.module})${wide}`
}

const figure = (n: number): string => n.toLocaleString('en-US').padStart(13)
