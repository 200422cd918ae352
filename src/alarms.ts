import type { AlarmRecord, StepMetrics } from './runs/index.ts'

/** Something that goes wrong silently in training of this kind. */
interface Alarm {
  readonly alarm: string
  /** What a person should know and do, or null when all is well. `recent` ends with the newest step of the stage. */
  readonly check: (recent: Mean, newest: StepMetrics, first: Mean) => string | null
}

/** Mean of a metric over a window of steps; undefined where no step of it has the metric. */
type Mean = (name: string) => number | undefined

/** Steps a mean is taken over: one odd batch is no news. */
const WINDOW = 5

/** Every alarm; a new one is one entry. Thresholds are judgements, not results: they ask a person to look. */
const ALARMS: readonly Alarm[] = [
  {
    alarm: 'not-finite',
    check(_recent, newest) {
      const bad = ['loss', 'grad_norm', 'reward', 'kl'].filter(
        (name) => name in newest && !Number.isFinite(newest[name]),
      )
      return bad.length > 0 ? `${bad.join(' and ')} not a finite number. Lower the learning rate.` : null
    },
  },
  {
    alarm: 'no-signal',
    check(recent) {
      const share = recent('frac_reward_zero_std') ?? 0
      if (share <= 0.5) return null
      return `${percent(share)} of the groups have equal rewards and teach nothing. Is the rubric too easy, too hard, or every answer cut?`
    },
  },
  {
    alarm: 'cut-answers',
    check(recent) {
      const share = recent('completions/clipped_ratio') ?? 0
      return share > 0.5 ? `${percent(share)} of the answers are cut at the limit. Raise max_completion_tokens.` : null
    },
  },
  {
    alarm: 'empty-answers',
    check(recent) {
      const share = recent('completions/empty_ratio') ?? 0
      return share > 0.2 ? `${percent(share)} of the answers are empty.` : null
    },
  },
  {
    alarm: 'kl-drift',
    check(recent) {
      const kl = recent('kl') ?? 0
      return kl > 0.5
        ? `KL to the reference is ${kl.toFixed(2)} nats a token. Lower the learning rate or raise kl.`
        : null
    },
  },
  {
    alarm: 'length-drift',
    check(recent, _newest, first) {
      const [now, then] = [recent('completions/mean_length'), first('completions/mean_length')]
      if (now === undefined || then === undefined || then === 0 || (now <= 2 * then && now >= then / 2)) return null
      return `answers went from ${then.toFixed(0)} to ${now.toFixed(0)} tokens. Read some: is length what the rubric rewards?`
    },
  },
  {
    alarm: 'reward-hacking',
    check(recent, _newest, first) {
      const gain = (name: string) => (recent(name) ?? Number.NaN) - (first(name) ?? Number.NaN)
      const [reward, heldOut] = [gain('reward'), gain('reward/held_out')]
      if (!(reward > 0.05 && heldOut < -0.05)) return null
      return `the reward rose by ${reward.toFixed(2)} and the held-out score fell by ${(-heldOut).toFixed(2)}. Read some answers: do they please the judge alone?`
    },
  },
  {
    alarm: 'judge-unknown',
    check(recent) {
      const share = recent('judge/unknown') ?? 0
      if (share <= 0.1) return null
      return `${percent(share)} of the judge's verdicts are unknown and count 0. Look at their reasons in rollouts/, and at docs/judges.md.`
    },
  },
  {
    alarm: 'not-learning',
    check: (recent) =>
      recent('grad_norm') === 0 ? `the gradient was 0 for ${WINDOW} steps: nothing is learnt.` : null,
  },
  {
    alarm: 'sampler-differs',
    check(recent) {
      const gap = Math.abs(recent('sampler_trainer_kl') ?? 0)
      if (gap <= 0.01) return null
      return `sampler and trainer differ by ${gap.toFixed(3)} nats a token. They should compute the same numbers.`
    },
  },
]

export interface AlarmWatch {
  /** The alarms that this step sets off. One that stays on is told once; when it was off, again. */
  check(step: StepMetrics): AlarmRecord[]
}

/** Watches the metrics of a run, step by step; feed a resumed run the steps it has behind it first. */
export function alarmWatch(): AlarmWatch {
  let stage: string | undefined
  let steps: StepMetrics[] = []
  let first: StepMetrics[] = []
  const on = new Set<string>()
  return {
    check(step) {
      if (step.stage !== stage) {
        stage = step.stage
        steps = []
        first = []
        on.clear()
      }
      steps = [...steps, step].slice(-WINDOW)
      if (first.length < WINDOW) first.push(step)
      return ALARMS.flatMap(({ alarm, check }) => {
        const message = check(meanOver(steps), step, meanOver(first))
        if (message === null) {
          on.delete(alarm)
          return []
        }
        if (on.has(alarm)) return []
        on.add(alarm)
        return [{ stage: step.stage, step: step.step, global_step: step.global_step, alarm, message }]
      })
    },
  }
}

/** A window that is not full yet has no mean: what the first step shows is chance. */
const meanOver =
  (steps: readonly StepMetrics[]): Mean =>
  (name) => {
    const values = steps.flatMap(({ [name]: value }) => (typeof value === 'number' ? [value] : []))
    return values.length < WINDOW ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
  }

const percent = (share: number): string => `${Math.round(100 * share)}%`
