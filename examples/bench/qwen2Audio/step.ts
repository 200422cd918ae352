// A step of LoRA on a model of Qwen2-Audio-7B's shape whose base is held in 4 bits: is it within 16 GB? Some 10 minutes on
// two idle cores and 11 GB of disk, so it runs when asked by name.
import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type AudioLanguageConfig, parametersOf } from '../../../models/index.ts'
import { openRun } from '../../../src/index.ts'
import type { BenchResult } from '../result.ts'
import { qwen2Audio7B, tone, writeRandomModel } from './folder.ts'

const LIMIT = 16e9 // bytes
const NEEDED = 11.5e9 // bytes of disk
/** Share of the rows of linears that are written: all of them and the base in 4 bits would take 22 GB of disk. */
const WRITTEN = 1 / 8
const SECONDS = [4, 6]

const RECIPE = `name: qwen2-audio-step
model: ./model
adapter: { quantise: 4, targets: [q_proj, v_proj] }
data: data.jsonl
stages:
  - sft: { steps: 1, batch: 2, activation_checkpointing: true }
`

/** Peak of memory and seconds of the step; of another shape when one is given. */
export async function benchQwen2AudioStep(config: AudioLanguageConfig = qwen2Audio7B): Promise<BenchResult> {
  const name = 'a LoRA step of Qwen2-Audio-7B’s shape, base in 4 bits'
  const at = mkdtempSync(path.join(tmpdir(), 'rubato-qwen2-audio-'))
  try {
    const { bavail, bsize } = statfsSync(at)
    if (bavail * bsize < NEEDED) return { name, rows: [], note: `needs ${NEEDED / 1e9} GB of disk in ${at}` }
    const answers = ['a tone under noise, low and long', 'a tone under noise, a little higher']
    writeRandomModel(path.join(at, 'model'), ['what do you hear?', ...answers], {
      config,
      written: WRITTEN,
    })
    mkdirSync(path.join(at, 'clips'))
    const samples = answers.map((answer, i) => {
      writeFileSync(path.join(at, `clips/${i}.wav`), tone(SECONDS[i]!, i))
      const content = [
        { type: 'audio', path: `clips/${i}.wav` },
        { type: 'text', text: 'what do you hear?' },
      ]
      const messages = [
        { role: 'user', content },
        { role: 'assistant', content: answer },
      ]
      return JSON.stringify({ id: `tone-${i}`, messages })
    })
    writeFileSync(path.join(at, 'data.jsonl'), `${samples.join('\n')}\n`)
    writeFileSync(path.join(at, 'recipe.yaml'), RECIPE)

    const started = performance.now()
    const { peak, notes } = await inOwnProcess(at)
    const seconds = (performance.now() - started) / 1000
    const [step] = openRun(path.join(at, 'run')).readMetrics()
    for (const note of notes) console.error(`  ${note}`)
    const n = [...parametersOf(config).values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)
    return {
      name,
      rows: [
        { label: 'parameters', value: n / 1e9, unit: 'billion' },
        { label: `peak of resident memory, limit ${LIMIT / 1e9}`, value: peak / 1e9, unit: 'GB' },
        {
          label: `the step, of ${SECONDS.length} clips of ${SECONDS.join(' and ')} s`,
          value: Number(step!.step_time),
          unit: 's',
        },
        { label: 'the whole run, its base made 4-bit first', value: seconds, unit: 's' },
        { label: 'loss', value: Number(step!.loss), unit: 'nats' },
        { label: 'norm of the gradient', value: Number(step!.grad_norm), unit: '' },
      ],
      ratio: LIMIT / peak,
      target: 1,
      note: `the peak is that of the process, what it maps from files included; weights are random, ${1 - WRITTEN} of the rows of linears 0`,
    }
  } finally {
    rmSync(at, { recursive: true, force: true })
  }
}

function inOwnProcess(at: string): Promise<{ peak: number; notes: string[] }> {
  const worker = path.join(import.meta.dirname, `worker${path.extname(import.meta.filename)}`)
  return new Promise((resolve, reject) => {
    const env = { ...process.env, RUBATO_CACHE: path.join(at, 'cache') }
    const fromSource = worker.endsWith('.ts') && { execArgv: ['--import', import.meta.resolve('tsx')] }
    const child = fork(worker, [path.join(at, 'recipe.yaml'), path.join(at, 'run')], { env, ...fromSource })
    let found: { peak: number; notes: string[] } | undefined
    child.on('message', (message) => {
      found = message as typeof found
    })
    child.on('error', reject)
    child.on('exit', (code) => (found ? resolve(found) : reject(new Error(`bench qwen2AudioStep ended with ${code}`))))
  })
}
