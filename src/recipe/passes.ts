import type { z } from 'zod'

/** How long a stage goes over its samples, as it is written: passes or steps. */
export interface Passes {
  readonly epochs?: number | undefined
  readonly steps?: number | undefined
}

/** Refuses what contradicts itself in a stage that passes over samples. */
export function checkPasses(
  { epochs, steps, batch, gradient_accumulation: parts }: Passes & { batch: number; gradient_accumulation: number },
  context: z.RefinementCtx,
): void {
  if (epochs !== undefined && steps !== undefined) {
    context.addIssue({ code: 'custom', path: ['steps'], message: 'epochs is given as well. Keep one of them.' })
  }
  if (batch > 0 && parts > batch) {
    const message = `a batch of ${batch} has no ${parts} parts. Write at most ${batch}.`
    context.addIssue({ code: 'custom', path: ['gradient_accumulation'], message })
  }
}

/** Steps where they are given, else passes: `epochs`, or as many as the stage makes by default. */
export const passesOf = ({ epochs, steps }: Passes, byDefault: number): { steps: number } | { epochs: number } =>
  steps === undefined ? { epochs: epochs ?? byDefault } : { steps }
