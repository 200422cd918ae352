/**
 * Speech translation, `npx tsx examples/translation/main.ts`: a small model that starts from nothing translates dates, spoken in Spanish,
 * French and Italian, into English. A few minutes on one core; everything is kept in `runs/translation`.
 *
 * Recordings come from Debian (examples/speech/fetch.sh); `SOUNDS` names a folder that holds them already. `--resume` goes on with a run
 * that was stopped.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { trainAndTell } from '../beforeAndAfter.ts'
import { makeDates } from './makeDates.ts'

const FETCHED = path.join('data', 'speech', 'packages', 'usr', 'share', 'asterisk', 'sounds')

process.chdir(path.join(import.meta.dirname, '..', '..'))
const { SOUNDS: sounds = FETCHED } = process.env
if (!existsSync(sounds)) execFileSync(path.join('examples', 'speech', 'fetch.sh'), { stdio: 'inherit' })
const counts = await makeDates(sounds, path.join('data', 'translation'), 1)
for (const [file, n] of Object.entries(counts ?? {})) console.error(`  ${file}.jsonl ${n}`)
await trainAndTell('translation', path.join('examples', 'translation', 'recipe.yaml'), process.argv.slice(2))
