import path from 'node:path'
import { composeModel, importGguf } from '../../models/index.ts'

/** The composed model of the tests, always the same: data/whisper's encoder under data/gguf/llama.gguf, whose vocabulary it has. */
export async function composeGolden(folder: string): Promise<void> {
  const data = path.join(import.meta.dirname, 'data')
  const language = path.join(folder, 'language')
  await importGguf(path.join(data, 'gguf/llama.gguf'), language)
  await composeModel(path.join(folder, 'composed'), { audio: path.join(data, 'whisper'), language, seed: 9 })
}

if (process.argv[1] === import.meta.filename) await composeGolden(process.argv[2]!)
