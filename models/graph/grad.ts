import { add } from './ops/elementwise.ts'
import { GraphError, type Node, sameShape, scalar, show, type Tensor } from './tensor.ts'

/**
 * Reverse-mode differentiation: the gradients of `loss` (one number) with respect to `wanted`, as tensors of the same
 * graph. A tensor that `loss` does not depend on gives null.
 *
 * Only the part of the graph that lies between `wanted` and `loss` is walked; an operator without a rule on that way is
 * an error, never a silent zero.
 */
export function grad(loss: Tensor, wanted: readonly Tensor[]): (Tensor | null)[] {
  if (loss.shape.length !== 0) throw new GraphError(`grad: the loss must be one number, got shape ${show(loss.shape)}.`)
  return pullBack(loss, scalar(1, loss.dtype), wanted)
}

/**
 * The gradients of ⟨dy, y⟩ with respect to `wanted`, dy held fast: what {@link grad} does, from any tensor on. What lies
 * below `ends` is taken as given.
 */
export function pullBack(
  y: Tensor,
  dy: Tensor,
  wanted: readonly Tensor[],
  ends: readonly Tensor[] = [],
): (Tensor | null)[] {
  const order = nodesBelow(y, new Set(ends))
  const reaches = new Set<Tensor>(wanted)
  for (const node of order) {
    if (node.inputs.some((tensor) => tensor && reaches.has(tensor))) for (const out of node.outputs) reaches.add(out)
  }

  const gradients = new Map<Tensor, Tensor>([[y, dy]])
  for (const node of order.reverse()) {
    const out = node.outputs[0]!
    const dOut = gradients.get(out)
    if (!dOut || !reaches.has(out) || node.op.name === 'StopGradient') continue
    const inputs = node.inputs.filter((tensor) => tensor !== null)
    if (node.op.grad === 'none') {
      if (out.dtype !== 'float32' && out.dtype !== 'float64') continue
      throw new GraphError(`grad: ${node.op.name} has no gradient, and the loss depends on a parameter through it.`)
    }
    const needed = inputs.map((tensor) => reaches.has(tensor))
    const parts = node.op.grad(dOut, { inputs, outputs: node.outputs, attributes: node.attributes, needed })
    for (const [i, part] of parts.entries()) {
      const target = inputs[i]!
      if (!part || !reaches.has(target)) continue
      if (!sameShape(part.shape, target.shape)) {
        throw new Error(
          `internal: rule of ${node.op.name} gives ${show(part.shape)} for an input of ${show(target.shape)}`,
        )
      }
      const before = gradients.get(target)
      gradients.set(target, before ? add(before, part) : part)
    }
  }
  return wanted.map((tensor) => gradients.get(tensor) ?? null)
}

/** Nodes between `ends` and a tensor, each after those it reads; a composite counts as one, its body is not entered. */
function nodesBelow(root: Tensor, ends: ReadonlySet<Tensor>): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const stack: { node: Node; next: number }[] = []
  const open = (tensor: Tensor | null) => {
    if (tensor?.source.kind !== 'node' || ends.has(tensor) || seen.has(tensor.source.node)) return
    seen.add(tensor.source.node)
    stack.push({ node: tensor.source.node, next: 0 })
  }
  open(root)
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!
    if (top.next < top.node.inputs.length) open(top.node.inputs[top.next++] ?? null)
    else order.push(stack.pop()!.node)
  }
  return order
}
