import type { Batch, Targets } from '../../models/index.ts'

/** What one gradient was taken of; the clips stay out, their samples name them. */
export interface LearntBatch {
  readonly sample_ids: readonly string[]
  readonly sequences: Batch['sequences']
  readonly targets: Targets['tokens']
  readonly values: Readonly<Record<string, readonly number[]>>
}

/** A loss or a gradient that is no finite number; the run keeps the batches, so that a person can see what did it. */
export class Diverged extends Error {
  override name = 'Diverged'
  readonly batches: readonly LearntBatch[]

  constructor(message: string, batches: readonly LearntBatch[]) {
    super(message)
    this.batches = batches
  }
}

/** @throws Diverged when a value is not finite; `batches` makes what is kept of it */
export function checkFinite(values: Readonly<Record<string, number>>, batches: () => readonly LearntBatch[]): void {
  const bad = Object.entries(values).find(([, value]) => !Number.isFinite(value))
  if (bad) throw new Diverged(`${bad[0]} is ${bad[1]}`, batches())
}

export const learntBatch = (sampleIds: readonly string[], { sequences }: Batch, targets: Targets): LearntBatch => ({
  sample_ids: sampleIds,
  sequences,
  targets: targets.tokens,
  values: Object.fromEntries(Object.entries(targets.values ?? {}).map(([name, values]) => [name, Array.from(values)])),
})
