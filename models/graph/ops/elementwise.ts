import type { Random } from '../../random.ts'
import { composite, type OpSample, op, type Place } from '../op.ts'
import { broadcast, type DType, scalar, type Tensor } from '../tensor.ts'
import { sumTo } from './reduction.ts'

/** Draws between `low` and `high`; samples of a rule stay away from its kinks and poles. */
export const between =
  (low: number, high: number) =>
  (random: Random): number =>
    low + (high - low) * random()

type Unary = (x: Tensor) => Tensor
type Binary = (a: Tensor, b: Tensor) => Tensor

function unary(
  name: string,
  about: string,
  grad: 'none' | ((dy: Tensor, x: Tensor, y: Tensor) => Tensor),
  draw: (random: Random) => number = between(-2, 2),
): Unary {
  const make: Place = op({
    name,
    about,
    shape: ([x]) => x!.shape,
    sample: () => [
      { inputs: [{ shape: [3, 5], draw }], build: (x) => make([x], {})[0] },
      { inputs: [{ shape: [], draw }], build: (x) => make([x], {})[0] },
    ],
    grad: grad === 'none' ? 'none' : (dy, { inputs, outputs }) => [grad(dy, inputs[0]!, outputs[0]!)],
  })
  return (x) => make([x], {})[0]
}

/** Pairs of shapes every two-operand rule is checked on: equal, stretched on either side, and a scalar. */
const pairs = (draw: (random: Random) => number, build: Binary): OpSample[] =>
  [
    [
      [3, 5],
      [3, 5],
    ],
    [
      [2, 3, 5],
      [3, 1],
    ],
    [
      [1, 5],
      [4, 1, 5],
    ],
    [[3, 5], []],
  ].map(([a, b]) => ({
    inputs: [
      { shape: a!, draw },
      { shape: b!, draw },
    ],
    build,
  }))

function binary(
  name: string,
  about: string,
  grad: 'none' | ((dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => [Tensor, Tensor]),
  { draw = between(0.5, 2), dtype }: { draw?: (random: Random) => number; dtype?: DType } = {},
): Binary {
  const make: Place = op({
    name,
    about,
    shape: ([a, b]) => broadcast(name, a!.shape, b!.shape),
    ...(dtype ? { dtype: () => dtype } : {}),
    sample: () => (grad === 'none' ? [] : pairs(draw, (a, b) => make([a, b], {})[0])),
    grad:
      grad === 'none'
        ? 'none'
        : (dy, { inputs: [a, b], outputs }) => {
            const [da, db] = grad(dy, a!, b!, outputs[0]!)
            return [sumTo(da, a!.shape), sumTo(db, b!.shape)]
          },
  })
  return (a, b) => make([a, b], {})[0]
}

const like = (value: number, x: Tensor): Tensor => scalar(value, x.dtype)

export const add = binary('Add', 'a + b', (dy) => [dy, dy])
export const sub = binary('Sub', 'a − b', (dy) => [dy, neg(dy)])
export const mul = binary('Mul', 'a·b', (dy, a, b) => [mul(dy, b), mul(dy, a)])
export const div = binary('Div', 'a / b;  da = dy/b, db = −dy·y/b', (dy, _a, b, y) => [
  div(dy, b),
  neg(div(mul(dy, y), b)),
])

const mask = (dy: Tensor, on: Tensor): Tensor => mul(dy, cast(on, dy.dtype))

/** At a tie the whole gradient goes to the first operand. */
export const minimum = binary('Min', 'min(a, b)', (dy, a, b) => [mask(dy, lessOrEqual(a, b)), mask(dy, less(b, a))])
export const maximum = binary('Max', 'max(a, b)', (dy, a, b) => [mask(dy, lessOrEqual(b, a)), mask(dy, less(a, b))])

export const equal = binary('Equal', 'a = b, as a truth value', 'none', { dtype: 'bool' })
export const less = binary('Less', 'a < b', 'none', { dtype: 'bool' })
export const lessOrEqual = binary('LessOrEqual', 'a ≤ b', 'none', { dtype: 'bool' })
export const and = binary('And', 'a ∧ b', 'none', { dtype: 'bool' })

export const neg = unary('Neg', '−x', (dy) => neg(dy))
export const exp = unary('Exp', 'eˣ', (dy, _x, y) => mul(dy, y))
export const log = unary('Log', 'ln x', (dy, x) => div(dy, x), between(0.5, 2))
export const sqrt = unary('Sqrt', '√x;  dx = dy/2y', (dy, _x, y) => div(mul(dy, like(0.5, y)), y), between(0.5, 2))
export const sigmoid = unary('Sigmoid', 'σ(x);  dx = dy·y(1−y)', (dy, _x, y) => mul(dy, mul(y, sub(like(1, y), y))))
export const tanh = unary('Tanh', 'tanh x;  dx = dy(1−y²)', (dy, _x, y) => mul(dy, sub(like(1, y), mul(y, y))))
export const erf = unary('Erf', 'erf x;  dx = dy·2/√π·e^(−x²)', (dy, x) =>
  mul(dy, mul(like(2 / Math.sqrt(Math.PI), x), exp(neg(mul(x, x))))),
)
export const reciprocal = unary(
  'Reciprocal',
  '1/x;  dx = −dy·y²',
  (dy, _x, y) => neg(mul(dy, mul(y, y))),
  between(0.5, 2),
)

/** Exact Gaussian error linear unit, x·Φ(x);  dx = dy·(Φ(x) + x·φ(x)). */
export const gelu = unary('Gelu', 'x·Φ(x)', (dy, x) => {
  const cdf = mul(like(0.5, x), add(like(1, x), erf(mul(x, like(Math.SQRT1_2, x)))))
  const density = mul(like(1 / Math.sqrt(2 * Math.PI), x), exp(mul(like(-0.5, x), mul(x, x))))
  return mul(dy, add(cdf, mul(x, density)))
})

/** x·σ(x), the gate of SwiGLU (arXiv 2002.05202);  dx = dy·(σ + y·(1 − σ)), two passes fewer than by its parts. */
export const silu: Unary = (x) => {
  const gate = sigmoid(x)
  const y = mul(x, gate)
  return composite('Silu', [x], y, (dy) => [mul(dy, add(gate, mul(y, sub(like(1, x), gate))))])
}

const onnxType = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint4: 21,
} as const satisfies Record<DType, number>

const castOp = op<{ to: number }>({
  name: 'Cast',
  about: 'x as another type; the gradient passes between float types',
  shape: ([x]) => x!.shape,
  dtype: (_inputs, { to }) => (Object.keys(onnxType) as DType[]).find((key) => onnxType[key] === to)!,
  sample: () => [{ inputs: [{ shape: [3, 2] }], build: (x) => cast(cast(x, 'float64'), 'float32') }],
  grad: (dy, { inputs }) => [inputs[0]!.dtype.startsWith('float') ? cast(dy, inputs[0]!.dtype) : null],
})
export const cast = (x: Tensor, dtype: DType): Tensor =>
  x.dtype === dtype ? x : castOp([x], { to: onnxType[dtype] })[0]

const whereOp = op({
  name: 'Where',
  about: 'condition ? a : b, all three stretched against each other',
  shape: ([c, a, b]) => broadcast('Where', broadcast('Where', c!.shape, a!.shape), b!.shape),
  dtype: ([, a]) => a!.dtype,
  sample: () => [
    { inputs: [{ shape: [3, 4] }, { shape: [3, 4] }], build: (a, b) => where(less(a, b), a, mul(b, b)) },
    { inputs: [{ shape: [3, 1] }, { shape: [2, 1, 4] }], build: (a, b) => where(less(a, b), a, b) },
  ],
  grad: (dy, { inputs: [c, a, b] }) => {
    const zero = like(0, dy)
    return [null, sumTo(where(c!, dy, zero), a!.shape), sumTo(where(c!, zero, dy), b!.shape)]
  },
})
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor => whereOp([condition, a, b], {})[0]

/** x kept within [low, high]; no gradient where it was cut. */
export const clip = (x: Tensor, low: number, high: number): Tensor => minimum(maximum(x, like(low, x)), like(high, x))

/** x times a number. */
export const scale = (x: Tensor, factor: number): Tensor => mul(x, like(factor, x))
