// A whole training step (forward, backward, clipping, AdamW) of a 3.4 M-parameter decoder, 16 × 128 tokens, as a share
// of the fastest matrix product that the same engine reaches. Both run in turns; a row is the best of several. About 10 s.
import { graph } from '../../models/index.ts'
import { crossEntropy } from '../../src/update/losses/crossEntropy.ts'
import { benchPolicy, language, nLanguageParameters, randomBatch } from './decoder.ts'
import { type BenchResult, best, inTurns } from './result.ts'

const BATCH = 16
const TIME = 128 // tokens
const PRODUCT = 2048 // rows and columns of the matrices that set the peak
const ROUNDS = 12
const TARGET = 0.6

export async function benchTrainStep(): Promise<BenchResult> {
  const { engine, policy } = await benchPolicy()
  try {
    const { batch, targets } = randomBatch(BATCH, TIME)
    let step = 0
    const trainStep = async () => {
      await policy.gradients(batch, targets, crossEntropy)
      await policy.update({ step: ++step, learningRate: 1e-4 })
    }
    await engine.define('peak', () => {
      const [x, y] = [graph.input('x', [PRODUCT, PRODUCT]), graph.input('y', [PRODUCT, PRODUCT])]
      return graph.compile({ z: graph.matMul(x, y) })
    })
    const half = new Float32Array(PRODUCT * PRODUCT).fill(0.5)
    const value = { dtype: 'float32', shape: [PRODUCT, PRODUCT] } as const
    for (const name of ['x', 'y', 'z']) await engine.write(name, { ...value, data: half })
    const product = () => engine.run({ graph: 'peak', into: { z: 'z' } })

    const [products, steps] = (await inTurns([product, trainStep], { rounds: ROUNDS })) as [number[], number[]]
    const nParameters = nLanguageParameters(policy)
    const perMs = (flops: number, ms: number) => flops / ms / 1e6 // GFLOP/s
    const peak = perMs(2 * PRODUCT ** 3, best(products))
    const reached = perMs(flopsOfStep(nParameters), best(steps))
    return {
      name: `training step, ${(nParameters / 1e6).toFixed(1)} M parameters, ${BATCH} × ${TIME} tokens`,
      rows: [
        { label: 'a step', value: best(steps), unit: 'ms' },
        { label: 'tokens', value: (BATCH * TIME) / (best(steps) / 1000), unit: '/s' },
        { label: 'training', value: reached, unit: 'GFLOP/s' },
        { label: `product of ${PRODUCT}²`, value: peak, unit: 'GFLOP/s' },
      ],
      ratio: reached / peak,
      target: TARGET,
      note: 'ratio: share of the peak; counted: 6 · parameters · tokens, and attention',
    }
  } finally {
    await engine.close()
  }
}

/** Forward 2, backward 4 a parameter and token; scores and mixing, 2·T²·hidden each, likewise three times. */
const flopsOfStep = (nParameters: number): number =>
  6 * nParameters * BATCH * TIME + 3 * language.nLayers * BATCH * 2 * (2 * TIME ** 2 * language.hidden)
