import { linear, maximum, reshape, scalar, type Tensor } from '../graph/index.ts'
import { sfc32 } from '../random.ts'
import { initialWeight, type Weights } from '../weights.ts'

/** A head that reads one number off a state, where the language head reads a word. */
export interface ScalarHead {
  /** What its number is: the reward of an answer that ends there, or the value of the answer so far. */
  readonly kind: 'reward' | 'value'
  /**
   * 2 as in Qwen2.5-Math-RM (linear, ReLU, linear, both with biases); 1 as in transformers' `…ForSequenceClassification`
   * (one linear without a bias).
   */
  readonly layers: 1 | 2
}

/** Where the head's tensors stand: `score` as in transformers, `v_head` beside a policy as in TRL. */
export const scalarHeadNames = { reward: 'score', value: 'v_head' } as const

/** True of a model that still predicts words: a reward model has given its language head away. */
export const predictsWords = (head: ScalarHead | undefined): boolean => head?.kind !== 'reward'

/** One number a state: [rows, hidden] → [rows]. */
export function scalarHead(states: Tensor, w: Weights, { kind, layers }: ScalarHead, hidden: number): Tensor {
  const name = scalarHeadNames[kind]
  if (layers === 1) return reshape(linear(states, w.at(`${name}.weight`, [1, hidden])), [-1])
  const own = w.in(name)
  const wide = maximum(
    linear(states, own.at('0.weight', [hidden, hidden]), own.at('0.bias', [hidden])),
    scalar(0), // ReLU
  )
  return reshape(linear(wide, own.at('2.weight', [1, hidden]), own.at('2.bias', [1])), [-1])
}

/** Whether a tensor is a scalar head's. */
export const isHeadTensor = (name: string): boolean => /^(score|v_head)\./.test(name)

/** First values of a model's head, drawn by seed; what gives a value is 0, so that no value is told before one is learnt. */
export function firstHead(parameters: ReadonlyMap<string, readonly number[]>, seed: number): Map<string, Float32Array> {
  const random = sfc32(seed)
  const own = [...parameters].filter(([name]) => isHeadTensor(name))
  return new Map(
    own.map(([name, shape]) => {
      const data = initialWeight(name, shape, 1, random)
      return [name, /^v_head\.(2\.)?weight$/.test(name) ? data.fill(0) : data]
    }),
  )
}
