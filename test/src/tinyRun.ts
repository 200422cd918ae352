import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeWav } from '../../audio/index.ts'
import { silentProgress } from '../../src/progress/index.ts'
import { seededRandom } from '../../src/random.ts'
import type { RunSummary } from '../../src/runs/index.ts'
import { trainRun } from '../../src/train/index.ts'
import { jsonLines } from './temporary.ts'

/** Half a second of a tone or of noise, as a WAV file. */
export function clip(kind: 'low' | 'high' | 'noise', seed: number): Uint8Array {
  const random = seededRandom(seed)
  const frequency = { low: 220, high: 1760, noise: 0 }[kind] // Hz
  const samples = Float32Array.from({ length: 8000 }, (_, i) =>
    kind === 'noise' ? 0.4 * (random() - 0.5) : 0.3 * Math.sin((2 * Math.PI * frequency * i) / 16_000),
  )
  return encodeWav(samples, 16_000)
}

const KINDS = ['low', 'high', 'noise'] as const
const rubric = (kind: string) => ({
  name: 'sounds',
  criteria: [
    { id: 'names', criterion: `Says ${kind}.`, points: 3, verify: { kind: 'contains', any_of: [kind] } },
    // What an untaught model meets now and then, so that groups differ and gradients are not 0.
    ...['s', 'o', 'a', 'n'].map((letter) => ({
      id: `letter-${letter}`,
      criterion: `Holds the letter ${letter}.`,
      points: 1,
      verify: { kind: 'regex', pattern: letter },
    })),
  ],
})

/** A recipe of three stages over nine clips, that takes some seconds: sft, rl and rl again, saved every other step. */
export const TINY_RECIPE = `name: tiny
seed: 5
model:
  audio: { width: 16, layers: 1, heads: 2, pool: 4 }
  language: { hidden: 32, layers: 1, heads: 2, kv_heads: 1, ffn: 32, vocab: 300, max_positions: 512 }
clips: { max_seconds: 1 }
stages:
  - sft: { data: taught.jsonl, steps: 7, batch: 4, learning_rate: 1.0e-2, save_every: 2, spec_augment: {} }
  - rl:
      data: asked.jsonl
      steps: 5
      prompts: 2
      group: 4
      max_completion_tokens: 8
      learning_rate: 1.0e-3
      scaffold: { group: linear, step: sigmoid, steepness: 125, midpoint: 0.5, style: compact, show_points: false, warning: false }
      loss: { kl: 0.01 }
      save_every: 3
  - rl: { data: asked.jsonl, steps: 3, prompts: 2, group: 4, minibatches: 1, learning_rate: 1.0e-3, max_completion_tokens: 8, loss: { kl: 0 } }
eval:
  - { data: asked.jsonl, controls: [none, scaffolded, silenced, swapped], max_completion_tokens: 8, best_of: [1, 3] }
`

/** That recipe, its data and its clips. */
export function tinyFiles(): Record<string, string | Uint8Array> {
  const samples = Array.from({ length: 9 }, (_, i) => ({ id: `s${i}`, kind: KINDS[i % 3]!, path: `clips/${i}.wav` }))
  const asks = (path: string) => ({
    role: 'user',
    content: [
      { type: 'audio', path },
      { type: 'text', text: 'what?' },
    ],
  })
  return {
    'recipe.yaml': TINY_RECIPE,
    'taught.jsonl': jsonLines(
      ...samples.map(({ id, kind, path }) => ({
        id,
        messages: [asks(path), { role: 'assistant', content: `a ${kind} sound` }],
      })),
    ),
    'asked.jsonl': jsonLines(
      ...samples.map(({ id, kind, path }) => ({ id, messages: [asks(path)], rubric: rubric(kind) })),
    ),
    ...Object.fromEntries(samples.map(({ kind, path }, i) => [path, clip(kind, i)])),
  }
}

/** Trains that recipe in this process, in `folder/run`; `overrides` as `--set` takes them. */
export function trainTiny(
  folder: string,
  overrides: readonly string[] = [],
  progress = silentProgress,
): Promise<RunSummary> {
  return trainRun({
    recipeFile: path.join(folder, 'recipe.yaml'),
    overrides,
    runFolder: path.join(folder, 'run'),
    progress,
  })
}

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** The command line as a process of its own; `onOutput` may kill it. */
export function rubato(
  words: readonly string[],
  { cwd, onOutput }: { cwd?: string; onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }> {
  const loader = fileURLToPath(import.meta.resolve('tsx'))
  const child = spawn(process.execPath, ['--import', `file://${loader}`, CLI, ...words], {
    cwd: cwd && path.resolve(cwd),
  })
  const said = { out: '', err: '' }
  const listen = (key: 'out' | 'err') => (chunk: Buffer) => {
    said[key] += chunk.toString('utf8')
    onOutput?.(chunk.toString('utf8'), (signal) => child.kill(signal))
  }
  child.stdout.on('data', listen('out'))
  child.stderr.on('data', listen('err'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...said }))
  })
}
