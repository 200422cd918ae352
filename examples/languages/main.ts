/**
 * Spoken-language identification, `npx tsx examples/languages/main.ts`: a small model that starts from nothing learns which of five
 * languages Asterisk's recorded prompts are spoken in. A few minutes on one core; everything is kept in `runs/languages`.
 *
 * Recordings come from Debian (examples/speech/fetch.sh); `SOUNDS` names a folder that holds them already. `--resume` goes on with a run
 * that was stopped.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { trainAndTell } from '../beforeAndAfter.ts'
import { makeClips } from './makeClips.ts'

const FETCHED = path.join('data', 'speech', 'packages', 'usr', 'share', 'asterisk', 'sounds')

process.chdir(path.join(import.meta.dirname, '..', '..'))
const { SOUNDS: sounds = FETCHED } = process.env
if (!existsSync(sounds)) execFileSync(path.join('examples', 'speech', 'fetch.sh'), { stdio: 'inherit' })
const counts = await makeClips(sounds, path.join('data', 'languages'), 1)
for (const [file, n] of Object.entries(counts ?? {})) console.error(`  ${file}.jsonl ${n}`)
await trainAndTell('languages', path.join('examples', 'languages', 'recipe.yaml'), process.argv.slice(2))
