import { learningRateAt, type Schedule } from '../../models/index.ts'

/** What every stage tells its optimiser. */
export interface OptimiserOptions {
  /** Steps of the whole stage: the learning rate follows from it. */
  readonly steps: number
  /** Peak of the schedule. */
  readonly learningRate: number
  readonly warmupSteps: number
  readonly schedule: Schedule
  /** Where the schedule ends. */
  readonly minLearningRate: number
  readonly weightDecay: number
  readonly maxGradNorm: number
}

/** The learning rate of a step, counted from 1. */
export const scheduledRate = (options: OptimiserOptions, step: number): number =>
  learningRateAt(step - 1, options.steps, {
    peak: options.learningRate,
    floor: options.minLearningRate,
    warmupSteps: options.warmupSteps,
    schedule: options.schedule,
  })
