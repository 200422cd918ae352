import type { Random } from '../random.ts'
import type { Attributes, DType, GradRule, Node, OpRecord, Shape, Tensor } from './tensor.ts'

/** One example of an operator in use, for the test that holds every rule against finite differences. */
export interface OpSample {
  /** Inputs: shape, and how to draw values (away from kinks). */
  readonly inputs: readonly SampleInput[]
  readonly build: (...inputs: Tensor[]) => Tensor
}

export interface SampleInput {
  readonly shape: Shape
  readonly dtype?: DType
  readonly draw?: (random: Random, index: number) => number
}

export interface OpSpec<A extends Attributes> {
  readonly name: string
  /** Shapes in and out, or the formula. */
  readonly about: string
  /** '' is ONNX's own domain. */
  readonly domain?: string
  readonly shape: (inputs: readonly Tensor[], attributes: A) => Shape | readonly Shape[]
  readonly dtype?: (inputs: readonly Tensor[], attributes: A) => DType
  /** Odd sizes and broadcasting included; every one of them is checked. */
  readonly sample: () => readonly OpSample[]
  /** 'none' is written out, so that "has none" differs from "was forgotten". */
  readonly grad: 'none' | GradRule
}

/** Puts an operator on a graph; a null input is an optional one left out. */
export type Place<A extends Attributes = Attributes> = (
  inputs: readonly (Tensor | null)[],
  attributes: A,
) => readonly [Tensor, ...Tensor[]]

export interface RegisteredOp extends OpRecord {
  readonly about: string
  readonly sample: () => readonly OpSample[]
}

const registry: RegisteredOp[] = []

/** Every operator defined so far, in order of definition; tests walk it. */
export const registeredOps = (): readonly RegisteredOp[] => registry

/** Registers an operator and returns the function that puts it on a graph. */
export function op<A extends Attributes>(spec: OpSpec<A>): Place<A> {
  const record: RegisteredOp = {
    name: spec.name,
    domain: spec.domain ?? '',
    about: spec.about,
    sample: spec.sample,
    grad: spec.grad,
  }
  registry.push(record)
  return (inputs, attributes) => {
    const present = inputs.filter((tensor) => tensor !== null)
    const shapes = spec.shape(present, attributes)
    const dtype = spec.dtype?.(present, attributes) ?? present[0]?.dtype ?? 'float32'
    const all = (Array.isArray(shapes[0]) ? shapes : [shapes]) as readonly Shape[]
    return makeNode(record, inputs, attributes, all, dtype)
  }
}

function makeNode(
  op: OpRecord,
  inputs: readonly (Tensor | null)[],
  attributes: Attributes,
  shapes: readonly Shape[],
  dtype: DType,
  body?: Tensor,
): readonly [Tensor, ...Tensor[]] {
  const outputs: Tensor[] = []
  const node: Node = body ? { op, inputs, attributes, outputs, body } : { op, inputs, attributes, outputs }
  for (const [index, shape] of shapes.entries()) outputs.push({ dtype, shape, source: { kind: 'node', node, index } })
  return outputs as unknown as readonly [Tensor, ...Tensor[]]
}

/**
 * A value whose gradient is written by hand: `body` computes it from `inputs`, `grad` replaces what differentiation
 * of the body would give.
 */
export function composite(name: string, inputs: readonly Tensor[], body: Tensor, grad: 'none' | GradRule): Tensor {
  return makeNode({ name, domain: 'rubato', grad }, inputs, {}, [body.shape], body.dtype, body)[0]
}
