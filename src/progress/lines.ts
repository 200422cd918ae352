import { duration, figure, shownValues } from './format.ts'
import { type Pace, paceOf } from './pace.ts'
import type { Progress, Values } from './progress.ts'

/** Milliseconds between lines: a log file of an hour has some hundreds. */
const INTERVAL = 5000

/** Progress as plain lines, at most one in five seconds besides the first and the last of a part. */
export function lineProgress(stream: NodeJS.WritableStream, now: () => number): Progress {
  let current: { name: string; pace: Pace; told: number; at: number; values: Values } | undefined
  const say = (line: string) => stream.write(`${line}\n`)
  const tell = (part: NonNullable<typeof current>) => {
    const { name, pace, values } = part
    const figures = shownValues(values).map(({ name, value }) => `${name} ${figure(value)}`)
    const left = pace.done < pace.total && pace.leftSeconds !== undefined ? [`${duration(pace.leftSeconds)} left`] : []
    say([`${name} ${pace.done}/${pace.total}`, ...figures, ...left].join('  '))
    part.told = pace.done
    part.at = now()
  }
  const end = () => {
    if (!current) return
    if (current.told < current.pace.done) tell(current)
    say(`${current.name}: ${duration(current.pace.elapsedSeconds)}`)
    current = undefined
  }
  return {
    stage(name, total, done = 0) {
      end()
      current = { name, pace: paceOf(total, now, done), told: done, at: Number.NEGATIVE_INFINITY, values: {} }
    },
    update(done, values = {}) {
      if (!current) return
      current.pace.step(done)
      current.values = values
      if (now() - current.at >= INTERVAL) tell(current)
    },
    note: say,
    warn: (message) => say(`warning: ${message}`),
    done: end,
  }
}
