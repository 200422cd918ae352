import type { Progress } from './progress.ts'

/** Progress as one JSON object a line: `{"event": "update", "stage": "rl", "done": 3, "total": 350, "values": {…}}`. */
export function jsonProgress(stream: NodeJS.WritableStream, now: () => number): Progress {
  const started = now()
  let current: { stage: string; total: number } | undefined
  const say = (event: string, more: object) =>
    stream.write(`${JSON.stringify({ event, seconds: (now() - started) / 1000, ...more })}\n`)
  const end = () => {
    if (current) say('stage-done', { stage: current.stage })
    current = undefined
  }
  return {
    stage(stage, total, done = 0) {
      end()
      current = { stage, total }
      say('stage', { ...current, done })
    },
    update: (done, values = {}) => say('update', { ...current, done, values }),
    note: (message) => say('note', { message }),
    warn: (message) => say('warning', { message }),
    done: end,
  }
}
