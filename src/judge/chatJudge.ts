import { setMaxListeners } from 'node:events'
import type { Asked } from './ask.ts'
import { type AskerOptions, createAsker } from './asker.ts'
import type { ChatReply, LoadedClip, LoadedPart } from './chat.ts'
import { BudgetSpent } from './error.ts'
import { gate } from './gate.ts'
import type { Judge, JudgeTask, JudgeVerdict } from './judge.ts'
import { type Parsed, type ParsedVerdict, parseVerdict, parseVerdicts } from './parse.ts'
import { type JudgePrompt, judgePrompt } from './prompt.ts'
import type { JudgeTemplate } from './templates/index.ts'
import { toVerdict, unknownVerdict } from './verdict.ts'

export interface ChatJudgeOptions extends AskerOptions {
  readonly name: string
  readonly template: JudgeTemplate
  /** One request a criterion, as both published graders ask, or one for all of an answer's criteria. */
  readonly ask: 'each' | 'all'
  /** Whether clips are sent along. */
  readonly audio: boolean
  readonly guard: boolean
  readonly maxAnswerChars: number
  readonly loadClip: (path: string) => Promise<LoadedClip>
}

/** A judge over anything that completes a chat: builds prompts, keeps replies, reads verdicts. */
export function chatJudge(options: ChatJudgeOptions): Judge {
  const asker = createAsker(options)
  const { meter } = asker
  // Prompts are made when their turn is near: a hundred thousand tasks handed in at once hold no prompt each.
  const admit = gate(2 * asker.size)

  /** The reading of one prompt's reply, from the cache or asked for. */
  async function decide<T>(
    { parts }: JudgePrompt,
    read: (reply: ChatReply) => Parsed<T>,
    task: JudgeTask,
    clips: Clips,
    signal: AbortSignal,
  ): Promise<Asked<T>> {
    const loaded = await Promise.all(
      parts.map(
        async (part): Promise<LoadedPart> =>
          part.type === 'text' ? part : { type: 'audio', clip: await clips(part.path) },
      ),
    )
    return asker.ask(loaded, read, task.repeat ?? 0, signal)
  }

  async function each(task: JudgeTask, clips: Clips, signal: AbortSignal): Promise<JudgeVerdict[]> {
    const stop = linked(signal)
    const settled = await Promise.allSettled(
      task.criteria.map((criterion, i) =>
        admit(stop.signal, async () => {
          const prompt = judgePrompt(task, i, options)
          if (i === 0 && prompt.nCut > 0) meter.cut()
          const asked = await decide(prompt, ({ text }) => parseVerdict(text), task, clips, stop.signal)
          return asked.ok ? toVerdict(criterion, task.answer, asked.value) : unknownVerdict(criterion, asked.problem)
        }).catch((error: unknown) => {
          // A spent budget lets those under way finish, since they are paid for; nothing else is worth waiting for.
          if (!(error instanceof BudgetSpent)) stop.abort(error)
          throw error
        }),
      ),
    )
    stop.done()
    const verdicts = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const failed = settled.filter((one) => one.status === 'rejected').map(({ reason }) => reason as Error)
    // What stopped the others counts, not that they were stopped.
    const spent = failed.find((error) => error instanceof BudgetSpent)
    const worst = stop.signal.aborted ? stop.signal.reason : spent && new BudgetSpent(spent.message, verdicts)
    if (failed.length > 0) throw worst
    return verdicts
  }

  function all(task: JudgeTask, clips: Clips, signal: AbortSignal): Promise<JudgeVerdict[]> {
    return admit(signal, async () => {
      const prompt = judgePrompt(task, 'all', options)
      if (prompt.nCut > 0) meter.cut()
      const count = task.criteria.length
      let best: ReadonlyMap<number, ParsedVerdict> = new Map()
      const read = ({ text }: ChatReply) => {
        const { verdicts, problem } = parseVerdicts(text, count)
        if (verdicts.size > best.size) best = verdicts
        return problem === undefined ? { ok: true as const, value: verdicts } : { ok: false as const, problem }
      }
      const asked = await decide(prompt, read, task, clips, signal)
      const verdicts = asked.ok ? asked.value : best
      return task.criteria.map((criterion, i) => {
        const parsed = verdicts.get(i + 1)
        if (parsed) return toVerdict(criterion, task.answer, parsed)
        return unknownVerdict(criterion, asked.ok ? 'not in the reply' : asked.problem)
      })
    })
  }

  return {
    name: options.name,
    async judge(task, { signal = new AbortController().signal } = {}) {
      signal.throwIfAborted()
      if (task.criteria.length === 0) return []
      if (task.answer.text === undefined && !(options.audio && task.answer.recording !== undefined)) {
        return task.criteria.map((criterion) => {
          meter.decided(null)
          return unknownVerdict(criterion, 'the answer has no transcript, and this judge hears no sound')
        })
      }
      setMaxListeners(0, signal)
      const verdicts = await (options.ask === 'all' ? all : each)(task, clipsOf(options.loadClip), signal)
      for (const { met } of verdicts) meter.decided(met)
      return verdicts
    },
    metrics: asker.metrics,
    close: asker.close,
  }
}

type Clips = (path: string) => Promise<LoadedClip>

/** Each clip of a task is loaded once for all its criteria. */
function clipsOf(load: (path: string) => Promise<LoadedClip>): Clips {
  const loaded = new Map<string, Promise<LoadedClip>>()
  return (path) => {
    const known = loaded.get(path) ?? load(path)
    loaded.set(path, known)
    return known
  }
}

/** A signal that follows another one and can be aborted by itself. */
function linked(signal: AbortSignal) {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const follow = () => controller.abort(signal.reason)
  signal.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    abort: (reason: unknown) => controller.abort(reason),
    done: () => signal.removeEventListener('abort', follow),
  }
}
