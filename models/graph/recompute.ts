import { after } from './after.ts'
import { pullBack } from './grad.ts'
import { composite } from './op.ts'
import { add } from './ops/elementwise.ts'
import { concat, slice } from './ops/movement.ts'
import type { Tensor } from './tensor.ts'

/**
 * Values that are made twice so that they need not be kept: once on the way to the loss, and again when their gradient is
 * due (Chen et al., arXiv 1604.06174).
 *
 * Two things in ONNX Runtime stand against it. It merges operators that read the same tensors, so the second copy would be
 * the first one, kept alive; and it orders operators by a walk from the outputs back, which would make all second copies
 * before any of them is used up. {@link after} answers both.
 */

/** f(x), of which nothing but x is kept: the backward pass makes it again from there, and so needs a second forward pass. */
export function recomputed(x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const y = f(x)
  const leaves = leavesOf(y, [x])
  return composite('Recomputed', [x, ...leaves], y, (dy, { needed }) => {
    const again = after(x, [dy])
    const [dx = null, ...rest] = pullBackTo([again, ...leaves], f(again), dy, needed)
    return [inOrder(dx, rest), ...rest]
  })
}

/**
 * Parts of `x` along an axis, worked through one after another: y joins f(part, start) along `joinAxis`. No more than one
 * part's insides exist at a time, forward or backward; the backward pass makes each part again. What else f reads is read
 * whole by every part, its gradients added up part by part: fed values on their own, what was computed by `shared`.
 */
export function recomputedByParts(options: {
  readonly x: Tensor
  readonly axis: number
  /** Longest part along the axis; the last one may be shorter. */
  readonly size: number
  readonly joinAxis: number
  readonly shared?: readonly Tensor[]
  readonly f: (part: Tensor, start: number) => Tensor
}): Tensor {
  const { x, axis, size, joinAxis, shared = [], f } = options
  const total = x.shape[axis]!
  const starts = Array.from({ length: Math.ceil(total / size) }, (_, i) => i * size)
  const part = (start: number) => slice(x, axis, start, Math.min(total, start + size))
  const made = starts.map((start) => f(part(start), start))
  const y = concat(made, joinAxis)
  const whole = [...shared, ...leavesOf(y, [x, ...shared])]
  return composite('RecomputedByParts', [x, ...whole], y, (dy, { needed }) => {
    const dParts: (Tensor | null)[] = []
    let sums: (Tensor | null)[] = whole.map(() => null)
    let before: readonly Tensor[] = [dy]
    let from = 0
    for (const [i, start] of starts.entries()) {
      const to = from + made[i]!.shape[joinAxis]!
      const again = after(part(start), before)
      const dPart = after(slice(dy, joinAxis, from, to), before)
      const [dx = null, ...rest] = pullBackTo([again, ...whole], f(again, start), dPart, needed)
      dParts.push(dx)
      sums = sums.map((sum, j) => (sum && rest[j] ? add(sum, rest[j]) : (sum ?? rest[j] ?? null)))
      before = [dx, ...sums].filter((tensor) => tensor !== null)
      from = to
    }
    const parts = dParts.filter((tensor) => tensor !== null)
    return [parts.length === 0 ? null : inOrder(concat(parts, axis), sums), ...sums]
  })
}

/** What lies below may begin only when the gradients beside it are made, else what they are made of would wait for them. */
const inOrder = (dx: Tensor | null, beside: readonly (Tensor | null)[]): Tensor | null =>
  dx &&
  after(
    dx,
    beside.filter((tensor) => tensor !== null),
  )

/** Gradients of what a value is made of, null where none was asked for. */
function pullBackTo(ends: readonly Tensor[], y: Tensor, dy: Tensor, needed: readonly boolean[]): (Tensor | null)[] {
  const asked = ends.filter((_, i) => needed[i])
  const found = pullBack(y, dy, asked, ends)
  return ends.map((end) => found[asked.indexOf(end)] ?? null)
}

/** The fed values that y is made of on ways that do not pass through any of `stops`. */
function leavesOf(y: Tensor, stops: readonly Tensor[]): Tensor[] {
  const leaves = new Set<Tensor>()
  const seen = new Set<Tensor>(stops)
  const open = [y]
  for (let tensor = open.pop(); tensor; tensor = open.pop()) {
    if (seen.has(tensor)) continue
    seen.add(tensor)
    const { source, dtype } = tensor
    if (source.kind === 'input' && dtype.startsWith('float')) leaves.add(tensor)
    if (source.kind === 'node') for (const read of source.node.inputs) if (read) open.push(read)
  }
  return [...leaves]
}
