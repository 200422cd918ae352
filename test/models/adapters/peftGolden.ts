import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Engine, fromConfigJson, Policy, readAdapter, readSafetensors } from '../../../models/index.ts'

// Made by test/goldens/peftAdapters.py with PEFT 0.21.2, transformers 5.24.0 and torch 2.15.0; what each value is, stands there.
const goldens = path.join(import.meta.dirname, '../../goldens/data')

export type GoldenName = 'language' | 'speech'
const BASES = { language: 'decoders/qwen2', speech: 'qwen2Audio' }

/** An adapter that PEFT saved, its base, the ids (and clips) it was asked, and what transformers made of them. */
export function peftGolden(name: GoldenName) {
  const adapter = path.join(goldens, 'peft', name)
  const base = path.join(goldens, BASES[name])
  const file = path.join(base, 'config.json')
  const { config, audioTokenId } = fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
  const asked = readSafetensors(path.join(base, 'expected.safetensors'))
  const expected = readSafetensors(path.join(adapter, 'expected.safetensors'))
  const batch = name === 'speech' ? speech(asked) : text(asked)
  const tokens = batch.sequences.flatMap(({ ids }, sequence) =>
    ids.slice(1).map((_, i) => ({ sequence, position: i + 1 })),
  )
  /** Log-probability of every next token, by the golden's logits. */
  const logProbs = tokens.map(({ sequence, position }) => {
    const { vocab } = config.language
    const at = position - 1 + (name === 'speech' ? 0 : sequence * batch.sequences[0]!.ids.length)
    const logits = expected.read(name === 'speech' ? `logits/${sequence}` : 'logits')
    const row = logits.subarray(at * vocab, (at + 1) * vocab)
    const norm = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0))
    return row[batch.sequences[sequence]!.ids[position]!]! - norm
  })
  return { adapter, base, config, audioTokenId, expected, batch, tokens, logProbs }
}

/** A policy over a folder of weights, with the adapter of another where one is given; nothing drops out. */
export async function policyOf(
  { config, audioTokenId }: Pick<ReturnType<typeof peftGolden>, 'config' | 'audioTokenId'>,
  folder: string,
  engine: Engine,
  adapterFolder?: string,
): Promise<Policy> {
  const stored = readSafetensors(folder)
  const read = adapterFolder === undefined ? undefined : readAdapter(adapterFolder, config)
  const own = { ...(read && { adapter: { ...read.adapter, dropout: 0 } }) }
  const policy = new Policy({ config, engine, audioId: audioTokenId, padId: 0, ...own })
  const weights = [...policy.parameters.keys()].map((key) => [key, read?.weights.get(key) ?? stored.read(key)] as const)
  await policy.setWeights(new Map(weights))
  return policy
}

type Stored = ReturnType<typeof readSafetensors>

function text(asked: Stored) {
  const [nRows, time] = asked.tensors.get('ids')!.shape as [number, number]
  const ids = [...asked.read('ids')]
  const sequences = Array.from({ length: nRows }, (_, row) => ({
    ids: ids.slice(row * time, (row + 1) * time),
    audios: [] as number[],
  }))
  return { audios: [], sequences }
}

function speech(asked: Stored) {
  const [, nMels, width] = asked.tensors.get('features')!.shape as [number, number, number]
  const features = asked.read('features')
  const audios = [100, 57].map((nFrames, clip) => ({
    nMels,
    nFrames,
    data: Float32Array.from({ length: nMels * nFrames }, (_, i) => {
      const [band, frame] = [Math.floor(i / nFrames), i % nFrames]
      return features[(clip * nMels + band) * width + frame]!
    }),
  }))
  return { audios, sequences: [0, 1].map((row) => ({ ids: [...asked.read(`ids/${row}`)], audios: [row] })) }
}
