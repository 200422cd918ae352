import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Random, seededRandom } from '../random.ts'
import { type AskContext, type Asked, ask } from './ask.ts'
import { type BudgetOptions, budgetOf, type Prices } from './budget.ts'
import type { ReplyCache } from './cache.ts'
import type { ChatReply, ChatRequest, LoadedClip, LoadedPart } from './chat.ts'
import { BudgetSpent } from './error.ts'
import { gate } from './gate.ts'
import type { Judge, JudgeTask, JudgeVerdict } from './judge.ts'
import { createMeter } from './meter.ts'
import { type ParsedVerdict, parseVerdict, parseVerdicts } from './parse.ts'
import { type Endpoint, endpointPool } from './pool.ts'
import { type JudgePrompt, judgePrompt } from './prompt.ts'
import { sharedWork } from './shared.ts'
import type { JudgeTemplate } from './templates/index.ts'
import { toVerdict, unknownVerdict } from './verdict.ts'

export interface ChatJudgeOptions {
  readonly name: string
  readonly template: JudgeTemplate
  /** One request a criterion, as both published graders ask, or one for all of an answer's criteria. */
  readonly ask: 'each' | 'all'
  /** Whether clips are sent along. */
  readonly audio: boolean
  readonly guard: boolean
  readonly maxAnswerChars: number
  readonly attempts: number
  readonly backoff: AskContext['backoff']
  readonly budget: BudgetOptions
  readonly prices?: Prices
  readonly cache?: ReplyCache
  /** Everything that changes a reply beside the prompt: which model, where, with which settings. */
  readonly identity: unknown
  readonly system?: string
  readonly seed?: number
  readonly endpoints: readonly Endpoint[]
  readonly send: AskContext['send']
  readonly maxTokens: number
  readonly loadClip: (path: string) => Promise<LoadedClip>
  readonly random?: Random
}

/** Raised where the reading of a reply changes, so that replies once thought unreadable are asked for again. */
const KEY_VERSION = 1

/** A judge over anything that completes a chat: builds prompts, keeps replies, reads verdicts. */
export function chatJudge(options: ChatJudgeOptions): Judge {
  const { cache, random = seededRandom(`judge ${process.pid}`) } = options
  const meter = createMeter()
  const pool = endpointPool(options.endpoints)
  const budget = budgetOf(options.budget, options.prices)
  const context: AskContext = {
    pool,
    budget,
    meter,
    send: options.send,
    most: (request) => ({ prompt: mostTokens(request), completion: options.maxTokens }),
    attempts: options.attempts,
    backoff: options.backoff,
    random,
    everAnswered: { yes: false },
  }
  const share = sharedWork<Asked<unknown>>()
  // Prompts are made when their turn is near: a hundred thousand tasks handed in at once hold no prompt each.
  const admit = gate(2 * pool.size)

  /** The reading of one prompt's reply, from the cache or asked for. */
  async function decide<T>(
    { parts }: JudgePrompt,
    read: (reply: ChatReply) => { ok: true; value: T } | { ok: false; problem: string },
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
    const request: ChatRequest = {
      parts: loaded,
      ...(options.system === undefined ? {} : { system: options.system }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    }
    const key = keyOf([KEY_VERSION, options.identity, task.repeat ?? 0], request)
    const result = await share(key, signal, async (signal) => {
      const kept = cache?.get(key)
      const value = kept && read(kept)
      if (kept && value?.ok) {
        meter.cached()
        return { ok: true, value: value.value, reply: kept }
      }
      const asked = await ask(request, read, context, signal)
      if (asked.ok) cache?.put(key, asked.reply)
      return asked
    })
    return result as Asked<T>
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
    metrics: () => meter.read(budget.spent),
    close: () => cache?.close(),
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

/** SHA-256 of everything that changes a reply. */
function keyOf(identity: unknown, { system, parts, seed }: ChatRequest): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([identity, system ?? null, seed ?? null]))
  for (const part of parts) {
    hash.update(`\0${part.type}\0`)
    hash.update(part.type === 'text' ? part.text : part.clip.bytes)
  }
  return hash.digest('base64url')
}

/**
 * An upper bound of a prompt's tokens: one a byte of text, and one a 100 bytes of sound, which is above what the
 * models of today count: 25 tokens a second in Qwen2-Audio, where a second of Opus takes 1,000 bytes and more.
 */
function mostTokens({ system = '', parts }: ChatRequest): number {
  const text = parts.reduce((sum, part) => sum + (part.type === 'text' ? Buffer.byteLength(part.text) : 0), 0)
  const sound = parts.reduce((sum, part) => sum + (part.type === 'audio' ? part.clip.bytes.byteLength : 0), 0)
  return text + Buffer.byteLength(system) + Math.ceil(sound / 100) + 64
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
