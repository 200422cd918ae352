import { type Engine, graph } from '../models/index.ts'

/** Size of the square matrices: large enough to be bound by arithmetic, small enough for any machine. */
const SIZE = 1024
/** Products a run, one after another: asking the engine costs a millisecond. */
const PRODUCTS = 4

/** Floating-point operations a second in 32-bit matrix products, the best of five: the ceiling for training here. */
export async function matrixRate(engine: Engine): Promise<number> {
  const shape = [SIZE, SIZE]
  const data = new Float32Array(SIZE * SIZE).fill(1)
  for (const name of ['rate/a', 'rate/b']) await engine.write(name, { dtype: 'float32', shape, data })
  await engine.define('rate', () => {
    const b = graph.input('rate/b', shape)
    let product = graph.input('rate/a', shape)
    for (let i = 0; i < PRODUCTS; i++) product = graph.matMul(product, b)
    // The sum keeps the result from being copied out, which would be timed with it.
    return graph.compile({ total: graph.sum(product) })
  })
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 5; i++) {
    const started = performance.now()
    await engine.run({ graph: 'rate', fetch: ['total'] })
    best = Math.min(best, performance.now() - started)
  }
  return (PRODUCTS * 2 * SIZE ** 3) / (best / 1000)
}
