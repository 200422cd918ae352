import cliProgress from 'cli-progress'
import colors from 'picocolors'
import { duration, figure, shownValues, sparkline } from './format.ts'
import { type Pace, paceOf } from './pace.ts'
import type { Progress, Values } from './progress.ts'

const BAR_WIDTH = 24
const CURVE_WIDTH = 16

interface Part {
  readonly name: string
  readonly pace: Pace
  readonly bar: cliProgress.SingleBar
  values: Values
  /** The figure to watch, step by step. */
  readonly curve: number[]
}

/** Progress as a bar that stays in place, with what was said above it; the bar of a part that is over leaves one line. */
export function terminalProgress(
  stream: NodeJS.WritableStream & { readonly columns?: number },
  now: () => number,
): Progress {
  const bars = new cliProgress.MultiBar({
    stream,
    format: (_options, _params, payload: { part?: Part }) => (payload.part ? barLine(payload.part) : ''),
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false, // Ctrl-C is handled by whoever called
    forceRedraw: true,
    fps: 8,
    autopadding: false,
  })
  let current: Part | undefined
  // Above the bar while there is one; MultiBar holds a line back until it next draws.
  const say = (line: string) => {
    if (!current) return void stream.write(`${line}\n`)
    bars.log(`${line}\n`)
    bars.update()
  }
  const end = () => {
    if (!current) return
    const part = current
    bars.remove(part.bar)
    say(doneLine(part))
    bars.stop()
    current = undefined
  }
  return {
    stage(name, total, done = 0) {
      end()
      const bar = bars.create(total, done)
      current = { name, pace: paceOf(total, now, done), bar, values: {}, curve: [] }
      bar.update(done, { part: current })
    },
    update(done, values = {}) {
      if (!current) return
      current.pace.step(done)
      current.values = values
      const [watched] = shownValues(values)
      if (watched) current.curve.push(watched.value)
      current.bar.update(done)
    },
    note: say,
    warn: (message) => say(`${colors.yellow('!')} ${message}`),
    done: end,
  }
}

function barLine({ name, pace, values, curve }: Part): string {
  const share = pace.total === 0 ? 1 : Math.min(1, pace.done / pace.total)
  const full = Math.round(share * BAR_WIDTH)
  const bar = colors.cyan('━'.repeat(full)) + colors.dim('━'.repeat(BAR_WIDTH - full))
  const left = pace.leftSeconds === undefined ? '' : colors.dim(`${duration(pace.leftSeconds)} left`)
  return [`${colors.bold(name)} ${bar} ${pace.done}/${pace.total}`, ...figuresOf(values, curve), left]
    .filter(Boolean)
    .join('  ')
}

function doneLine({ name, pace, values, curve }: Part): string {
  const whole = pace.done >= pace.total
  const steps = whole ? `${pace.total}` : `${pace.done} of ${pace.total}`
  const head = `${whole ? colors.green('✓') : colors.yellow('–')} ${colors.bold(name)} ${steps} in ${duration(pace.elapsedSeconds)}`
  return [head, ...figuresOf(values, curve)].join('  ')
}

function figuresOf(values: Values, curve: readonly number[]): string[] {
  return shownValues(values).map(({ name, value }, i) => {
    const drawn = i === 0 && curve.length > 1 ? ` ${colors.cyan(sparkline(curve, CURVE_WIDTH))}` : ''
    return `${colors.dim(name)} ${figure(value)}${drawn}`
  })
}
