import { type Policy, type Tower, towerOf, towers } from '../../models/index.ts'

/** Numbers of one tower: all that it has, and those that train. */
export interface TowerCount {
  readonly tower: Tower
  readonly parameters: number
  readonly trainable: number
}

/** What a policy trains now, by tower; towers that it lacks are left out. */
export function trainableByTower({ parameters, trainable }: Pick<Policy, 'parameters' | 'trainable'>): TowerCount[] {
  const count = (shapes: ReadonlyMap<string, readonly number[]>, tower: Tower) =>
    [...shapes].reduce(
      (sum, [name, shape]) => sum + (towerOf(name) === tower ? shape.reduce((a, b) => a * b, 1) : 0),
      0,
    )
  return towers
    .map((tower) => ({ tower, parameters: count(parameters, tower), trainable: count(trainable, tower) }))
    .filter(({ parameters }) => parameters > 0)
}

/** That table as lines for people. */
export function trainableLines(policy: Pick<Policy, 'parameters' | 'trainable'>): string[] {
  const counts = trainableByTower(policy)
  const sum = (key: 'parameters' | 'trainable') => counts.reduce((total, count) => total + count[key], 0)
  const rows = [...counts, { tower: 'all', parameters: sum('parameters'), trainable: sum('trainable') }]
  return rows.map(({ tower, parameters, trainable }) => {
    const share = trainable === 0 ? 'frozen' : `${((100 * trainable) / parameters).toFixed(1)} %`
    return `trains ${tower.padEnd(9)} ${figure(trainable)} of ${figure(parameters)} parameters (${share})`
  })
}

const figure = (n: number): string => n.toLocaleString('en-US').padStart(13)
