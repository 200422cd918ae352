import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { composeModel, fromWhisperJson, openTokenizer, readSafetensors, startEngine } from '../../models/index.ts'
import { seededRandom } from '../../src/random.ts'
import { alignProjector, hearClips } from './alignProjector.ts'

export interface TranscriberOptions {
  readonly whisper: string
  readonly smollm2: string
  /** Where the model is written; one that is there stays. */
  readonly out: string
  /** JSON lines of recordings with their words. */
  readonly data: string
  readonly threads?: number
  readonly onNote?: (line: string) => void
}

interface Line {
  readonly messages: readonly [{ readonly content: readonly [{ readonly path: string }] }, { readonly content: string }]
}

/** Positions of 20 ms averaged into one token: 12.5 a second. */
const POOL = 4

/**
 * Whisper's encoder and SmolLM2 joined by a projector that is aligned to the words of recordings (see `alignProjector`), in the base format: sound,
 * then what is said.
 */
export async function makeTranscriber(options: TranscriberOptions): Promise<void> {
  const { whisper, smollm2, out, data, threads = 0, onNote = () => {} } = options
  if (existsSync(out)) return
  const file = path.join(whisper, 'config.json')
  const shape = { ...fromWhisperJson(JSON.parse(readFileSync(file, 'utf8')), file).audio, pool: POOL }
  const encoder = readSafetensors(whisper)
  const tokenizer = openTokenizer(smollm2)
  const lines = readFileSync(data, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const clips = lines.map(({ messages }) => path.join(path.dirname(data), messages[0].content[0].path))
  const engine = startEngine({ threads })
  try {
    onNote(`hearing ${clips.length} recordings`)
    const heard = await hearClips(clips, shape, engine, (name) => encoder.read(`model.encoder.${name}`))
    const spoken = lines.map(({ messages }, i) => ({
      heard: heard[i]!,
      tokens: tokenizer.encode(` ${messages[1].content}`, { special: 'forbid' }),
    }))
    const embeddings = readSafetensors(smollm2).read('model.embed_tokens.weight')
    const projector = await alignProjector(spoken, {
      engine,
      width: shape.hidden,
      embeddings,
      hidden: embeddings.length / tokenizer.vocabSize,
      random: seededRandom('align/1'),
      onEpoch: (epoch, loss) => {
        if (epoch % 10 === 0) onNote(`aligning the projector, pass ${epoch}: ${loss.toFixed(2)} nats a token`)
      },
    })
    await composeModel(out, { audio: whisper, language: smollm2, pool: POOL, format: 'base', projector })
  } finally {
    await engine.close()
  }
}
