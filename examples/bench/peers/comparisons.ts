import { openTokenizer } from '../../../models/index.ts'
import type { Comparison } from './compare.ts'
import type { Reply } from './contestant.ts'
import { drawnIds, LEARNING_RATE, LORA_RANK, PROMPTS, quickstart, THREADS } from './sizes.ts'
import { lacks, packed, quickstartShape, smollm2, smollm2Plain, tiny, type Work } from './work.ts'

/** Families of comparisons, by the word that `--only` takes. */
export const families: Record<string, (work: Work) => Promise<Comparison[]>> = {
  train: async (work) => [
    await trainQuickstart(work),
    await trainSmollm2(work, null),
    await trainSmollm2(work, LORA_RANK),
  ],
  sample: async (work) => [
    ...(await Promise.all(ROWS.map((rows) => sampleTiny(work, rows)))),
    ...(await Promise.all(ROWS.map((rows) => sample(work, rows)))),
  ],
  grpo: async (work) => [await grpo(work, 'tiny'), await grpo(work, 'smollm2')],
  open: async (work) => [await open(work)],
}

const SMOLLM2_WORDS = 49_152
const TRAIN = { sequences: 4, tokens: 128 }
const ROWS = [1, 8, 32] as const
const SAMPLE = { prompt: 32, newTokens: 64 }
const GRPO = { group: 8, newTokens: 48 }
const AIMS = { eager: 1.3, transformers: 3, llamaCpp: 1, trl: 3 }

/** Multiplied weights of SmolLM2-135M: its layers, and the embedding that gives the logits. */
const LAYER_WEIGHTS = 30 * (2 * 576 * 576 + 2 * 576 * 192 + 3 * 576 * 1536)
const LOGIT_WEIGHTS = 49_152 * 576
const peak = (work: Work) => ({ script: 'rubato/peak', job: { threads: THREADS }, python: work.python })

const common = { threads: THREADS, learningRate: LEARNING_RATE }

async function trainQuickstart(work: Work): Promise<Comparison> {
  const { folder, features } = await quickstartShape(work)
  const { config, audioId, nClips, nFrames, tokens } = quickstart
  const places = nFrames / (2 * config.audio.pool)
  const sequences = drawnIds(nClips, tokens, config.language.vocab).map((ids) => ids.fill(audioId, 1, 1 + places))
  const job = { ...common, folder, features, nFrames, sequences, lora: null }
  return {
    key: 'train/quickstart',
    title: `Training step, quickstart's model: ${nClips} clips of 3.2 s, ${nClips} × ${tokens} tokens`,
    ...trained(work, job),
    rounds: 15,
  }
}

async function trainSmollm2(work: Work, lora: number | null): Promise<Comparison> {
  const folder = await smollm2(work)
  const sequences = drawnIds(TRAIN.sequences, TRAIN.tokens, SMOLLM2_WORDS)
  const how = lora === null ? 'whole' : `LoRA, rank ${lora} on every linear`
  return {
    key: lora === null ? 'train/whole' : 'train/lora',
    title: `Training step, SmolLM2-135M, ${how}: ${TRAIN.sequences} × ${TRAIN.tokens} tokens`,
    ...trained(work, { ...common, folder, sequences, lora }),
    // Forward 2 a weight and token; backward 4, without gradients of frozen weights 2.
    flops: (lora === null ? 6 : 4) * (LAYER_WEIGHTS + LOGIT_WEIGHTS) * TRAIN.sequences * TRAIN.tokens,
    peak: peak(work),
    rounds: 5,
  }
}

/** Ours, PyTorch as it is, and PyTorch compiled; all must find the same loss in the first step. */
function trained(work: Work, job: { readonly lora: number | null; readonly [more: string]: unknown }) {
  const needs = lacks(work, 'torch', 'transformers', ...(job.lora === null ? [] : (['peft'] as const)))
  const { python } = work
  return {
    warmUp: 2,
    sides: [
      { name: 'Rubato', script: 'rubato/train', job, python },
      { name: 'PyTorch', script: 'train.py', job: { ...job, compiled: false }, python, aim: AIMS.eager, ...needs },
      {
        name: 'PyTorch, torch.compile',
        script: 'train.py',
        job: { ...job, compiled: true },
        python,
        timeoutSeconds: 1200,
        ...needs,
      },
    ],
    same: (ours: Reply, theirs: Reply, name: string) => close('loss', ours, theirs, name),
  }
}

async function sample(work: Work, rows: number): Promise<Comparison> {
  const folder = await smollm2(work)
  const plain = await smollm2Plain(work)
  const { prompt, newTokens } = SAMPLE
  // One prompt for all rows, as the answers of a group have: each side may read it once.
  const [ids] = drawnIds(1, prompt, SMOLLM2_WORDS)
  const job = { ...common, folder, prompts: Array.from({ length: rows }, () => ids!), newTokens, temperature: 1 }
  const llama = (gguf: string) => ({
    script: 'llama.py',
    job: { ...job, gguf },
    python: work.python,
    ...lacks(work, 'llamaCpp'),
  })
  return {
    key: `sample/${rows}`,
    title: `Sampling, SmolLM2-135M, batch ${rows}: ${newTokens} tokens each behind ${prompt}`,
    nTokens: rows * newTokens,
    flops: 2 * (LAYER_WEIGHTS * (prompt + rows * newTokens) + LOGIT_WEIGHTS * rows * newTokens),
    peak: peak(work),
    rounds: 5,
    warmUp: 1,
    sides: [
      { name: 'Rubato', script: 'rubato/sample', job, python: work.python },
      {
        name: 'transformers',
        script: 'sample.py',
        job,
        python: work.python,
        aim: AIMS.transformers,
        ...lacks(work, 'transformers'),
      },
      { name: 'llama.cpp, F32', ...llama(plain), aim: AIMS.llamaCpp },
      { name: 'llama.cpp, Q4_1', ...llama(packed(work)) },
    ],
    same: sameTokens('sampled'),
  }
}

/** The same with the quickstart's language model, whose products are so small that all else counts. */
async function sampleTiny(work: Work, rows: number): Promise<Comparison> {
  const folder = await tiny(work)
  const { prompt, newTokens } = SAMPLE
  const [ids] = drawnIds(1, prompt, quickstart.config.language.vocab)
  const job = { ...common, folder, prompts: Array.from({ length: rows }, () => ids!), newTokens, temperature: 1 }
  return {
    key: `sample-tiny/${rows}`,
    title: `Sampling, quickstart's language model, batch ${rows}: ${newTokens} tokens each behind ${prompt}`,
    nTokens: rows * newTokens,
    rounds: 15,
    warmUp: 2,
    sides: [
      { name: 'Rubato', script: 'rubato/sample', job, python: work.python },
      {
        name: 'transformers',
        script: 'sample.py',
        job,
        python: work.python,
        aim: AIMS.transformers,
        ...lacks(work, 'transformers'),
      },
    ],
    same: sameTokens('sampled'),
  }
}

async function grpo(work: Work, model: 'tiny' | 'smollm2'): Promise<Comparison> {
  const folder = await (model === 'tiny' ? tiny(work) : smollm2(work))
  const tokenizer = openTokenizer(folder)
  const prompts = equallyLong(PROMPTS, (text) => tokenizer.encode(text, { special: 'forbid' }).length)
  const nTokens = tokenizer.encode(prompts[0]!, { special: 'forbid' }).length
  const job = { ...common, ...GRPO, folder, prompts, lora: null }
  const nNew = prompts.length * GRPO.group * GRPO.newTokens
  const name = model === 'tiny' ? "quickstart's language model" : 'SmolLM2-135M'
  return {
    key: model === 'tiny' ? 'grpo/tiny' : 'grpo',
    title: `GRPO step, ${name}: ${prompts.length} prompts of ${nTokens} tokens × ${GRPO.group} answers of ${GRPO.newTokens}, one update`,
    ...(model === 'smollm2' && {
      flops:
        2 * (LAYER_WEIGHTS * prompts.length * nTokens + LAYER_WEIGHTS * nNew + LOGIT_WEIGHTS * nNew) +
        6 * (LAYER_WEIGHTS * (GRPO.group * prompts.length * nTokens + nNew) + LOGIT_WEIGHTS * nNew),
      peak: peak(work),
    }),
    rounds: model === 'tiny' ? 15 : 5,
    warmUp: model === 'tiny' ? 3 : 1,
    sides: [
      { name: 'Rubato', script: 'rubato/grpo', job, python: work.python },
      {
        name: 'TRL, GRPOTrainer',
        script: 'grpo.py',
        job,
        python: work.python,
        aim: AIMS.trl,
        timeoutSeconds: 1200,
        ...lacks(work, 'trl'),
      },
    ],
    same: sameTokens('learnt'),
  }
}

/** Cuts texts at their ends until all have as many tokens as the shortest, so that nobody pads. */
function equallyLong(texts: readonly string[], length: (text: string) => number): string[] {
  const shortest = Math.min(...texts.map(length))
  return texts.map((text) => {
    let cut = text
    while (length(cut) > shortest) cut = cut.slice(0, -1)
    if (length(cut) !== shortest) throw new Error(`"${text}" cannot be cut to ${shortest} tokens`)
    return cut
  })
}

const sameTokens = (did: string) => (ours: Reply, theirs: Reply, name: string) => {
  if (ours.nTokens !== theirs.nTokens) throw new Error(`${name} ${did} ${theirs.nTokens} tokens, we ${ours.nTokens}`)
}

async function open(work: Work): Promise<Comparison> {
  const folder = await smollm2(work)
  const [prompt] = drawnIds(1, 16, SMOLLM2_WORDS)
  const job = { ...common, folder, prompt }
  return {
    key: 'open',
    title: 'Opening SmolLM2-135M, 538 MB in 32 bits: tokenizer and weights',
    rounds: 5,
    warmUp: 1,
    fresh: true,
    further: { firstMs: 'opening, and the first token' },
    sides: [
      { name: 'Rubato', script: 'rubato/open', job, python: work.python },
      { name: 'transformers', script: 'open.py', job, python: work.python, aim: 1, ...lacks(work, 'transformers') },
    ],
    same: (ours, theirs, name) => {
      if (String(ours.ids) !== String(theirs.ids)) throw new Error(`${name} says token ${theirs.ids}, we ${ours.ids}`)
    },
  }
}

/** The same work gives the same number: within a thousandth. */
function close(key: string, ours: Reply, theirs: Reply, name: string): void {
  const [a, b] = [Number(ours[key]), Number(theirs[key])]
  if (!(Math.abs(a - b) <= 1e-3 * Math.abs(a))) throw new Error(`${name} has ${key} ${b}, we ${a}: not the same work`)
}
