/** A graph is an expression: tensors point at the operators that make them, and nothing is computed until it runs. */

export type Shape = readonly number[]
/** uint4 holds two numbers a byte, the first in the low half. */
export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'uint8' | 'uint4'
export type AttributeValue = number | string | readonly number[] | { readonly float: number }
export type Attributes = Readonly<Record<string, AttributeValue>>

export interface Tensor {
  readonly dtype: DType
  readonly shape: Shape
  readonly source: Source
}

export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: ArrayLike<number> }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number }

export interface Node {
  readonly op: OpRecord
  readonly inputs: readonly (Tensor | null)[]
  readonly attributes: Attributes
  readonly outputs: readonly Tensor[]
  /** For a composite: the tensor that carries its value; `inputs` then say what its gradient reaches. */
  readonly body?: Tensor
}

/** What a rule may look at when it turns the gradient of an operator's first output into those of its inputs. */
export interface GradContext {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly attributes: Attributes
  /** Which inputs' gradients are asked for; a rule may give null for the others. */
  readonly needed: readonly boolean[]
}

export type GradRule = (dy: Tensor, context: GradContext) => readonly (Tensor | null)[]

export interface OpRecord {
  readonly name: string
  readonly domain: string
  readonly grad: 'none' | GradRule
}

/** Thrown while a graph is built: names the operator, the shapes and the line of the caller. */
export class GraphError extends Error {
  constructor(message: string) {
    const line = callerLine()
    super(line ? `${message} (asked at ${line})` : message)
    this.name = 'GraphError'
  }
}

/** First stack frame outside the operator library: the line of the model that asked. */
function callerLine(): string | undefined {
  const frames = (new Error().stack ?? '').split('\n').slice(2)
  const frame = frames.find((line) => !/[\\/]graph[\\/](ops[\\/]|op\.|tensor\.|grad\.)/.test(line))
  return frame?.match(/\(?((?:file:\/\/)?[^\s()]+:\d+):\d+\)?$/)?.[1]?.replace('file://', '')
}

/** A value fed at every run. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return { dtype, shape, source: { kind: 'input', name } }
}

/** A value written into the graph; for weights use {@link input}, so that trainer and sampler share one array. */
export function constant(data: ArrayLike<number>, shape: Shape, dtype: DType = 'float32'): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new GraphError(`constant: ${data.length} values for shape ${show(shape)}, which holds ${sizeOf(shape)}.`)
  }
  return { dtype, shape, source: { kind: 'constant', data } }
}

export const scalar = (value: number, dtype: DType = 'float32'): Tensor => constant([value], [], dtype)

export const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1)

export const show = (shape: Shape): string => `[${shape.join(', ')}]`

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i])

/** Shape of two operands stretched against each other (numpy's rule). */
export function broadcast(name: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const m = a[a.length - rank + i] ?? 1
    const n = b[b.length - rank + i] ?? 1
    if (m !== n && m !== 1 && n !== 1) {
      throw new GraphError(`${name}: ${show(a)} and ${show(b)} do not broadcast; axis ${i} has ${m} and ${n}.`)
    }
    return m === 1 ? n : m
  })
}

/** Axis counted from the front; negative ones count from the back. */
export function axisOf(name: string, axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(found) || found < 0 || found >= rank) {
    throw new GraphError(`${name}: axis ${axis} is outside a tensor of ${rank} axes.`)
  }
  return found
}
