import onnxProto from 'onnx-proto'
import type { MappedTensor, MappedWeights } from '../checkpoint/mapped.ts'
import type { Attributes, AttributeValue, DType, Node, Tensor } from './tensor.ts'

const { onnx } = onnxProto

/** ONNX's own operators are taken at this version; Gelu needs 20. */
const OPSET = 20
const IR_VERSION = 9

/** Half bytes came later; a graph without them stays readable to what reads {@link OPSET}. */
const OPSET_OF_HALF_BYTES = 21
const IR_OF_HALF_BYTES = 10

const elementType = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint4: 21,
} as const satisfies Record<DType, number>

/** A graph made ready for ONNX Runtime. */
export interface CompiledGraph {
  /** An ONNX ModelProto. */
  readonly bytes: Uint8Array
  readonly inputs: readonly { name: string; dtype: DType; shape: readonly number[] }[]
  readonly outputs: readonly { name: string; dtype: DType; shape: readonly number[] }[]
  readonly nNodes: number
  /** All products are so small that a second thread costs more than it helps, see `SMALL_PRODUCT`. */
  readonly light: boolean
  /** Folder of the files that weights are mapped from; undefined where there are none. */
  readonly mappedFolder?: string
}

/**
 * Writes the graph that computes `outputs` as an ONNX model. Equal constants are written once; inputs keep their names,
 * and those that `mapped` holds are read from their checkpoint instead of being fed.
 * Throws when two different inputs share a name.
 */
export function compile(outputs: Readonly<Record<string, Tensor>>, mapped?: MappedWeights): CompiledGraph {
  const names = new Map<Tensor, string>()
  const inputs = new Map<string, Tensor>()
  const initializers = new Map<string | Tensor, { name: string; tensor: Tensor }>()
  const nodes: InstanceType<typeof onnx.NodeProto>[] = []
  let counter = 0

  const leaf = (tensor: Tensor): string | undefined => {
    const { source } = tensor
    if (source.kind === 'input') {
      const known = inputs.get(source.name)
      if (known && known !== tensor) throw new Error(`internal: two inputs are named "${source.name}"`)
      inputs.set(source.name, tensor)
      return source.name
    }
    if (source.kind === 'constant') {
      // Small constants (axes, shapes, scalars) are merged by value; large ones are known by identity alone.
      const small = source.data.length <= 16
      const key = small ? `${tensor.dtype}:${tensor.shape}:${Array.from(source.data).join()}` : tensor
      const known = initializers.get(key) ?? { name: `c${initializers.size}`, tensor }
      initializers.set(key, known)
      return known.name
    }
    return undefined
  }
  const nameOf = (tensor: Tensor): string => {
    const name = names.get(tensor) ?? leaf(tensor)
    if (name === undefined) throw new Error('internal: a tensor is read before it is made')
    names.set(tensor, name)
    return name
  }
  const products: number[] = []
  const emit = (node: Node) => {
    if (isProduct(node)) products.push(costOf(node))
    if (node.body) {
      names.set(node.outputs[0]!, nameOf(node.body))
      return
    }
    for (const out of node.outputs) names.set(out, `t${counter++}`)
    nodes.push(
      new onnx.NodeProto({
        opType: node.op.name,
        domain: node.op.domain,
        input: node.inputs.map((tensor) => (tensor ? nameOf(tensor) : '')),
        output: node.outputs.map((out) => names.get(out)!),
        attribute: attributeProtos(node.attributes),
      }),
    )
  }
  for (const node of emissionOrder(Object.values(outputs))) emit(node)

  // A graph output must be a node's own output, under the asked name.
  for (const [name, tensor] of Object.entries(outputs)) {
    nodes.push(new onnx.NodeProto({ opType: 'Identity', input: [nameOf(tensor)], output: [name] }))
  }
  writeOutputsDirectly(nodes)

  const info = (name: string, tensor: Tensor) => ({
    name,
    type: {
      tensorType: { elemType: elementType[tensor.dtype], shape: { dim: tensor.shape.map((n) => ({ dimValue: n })) } },
    },
  })
  const fed = [...inputs].filter(([name]) => !mapped?.tensors.has(name))
  const stored = [...inputs.keys()].flatMap((name) => {
    const tensor = mapped?.tensors.get(name)
    return tensor ? [[name, tensor] as const] : []
  })
  const halfBytes = stored.some(([, { dtype }]) => dtype === 'U4')
  const model = onnx.ModelProto.create({
    irVersion: halfBytes ? IR_OF_HALF_BYTES : IR_VERSION,
    producerName: 'rubato',
    opsetImport: [
      { domain: '', version: halfBytes ? OPSET_OF_HALF_BYTES : OPSET },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'rubato',
      node: [...stored.flatMap(([name, { dtype }]) => (dtype === 'BF16' ? [widening(name)] : [])), ...nodes],
      initializer: [
        ...[...initializers.values()].map(({ name, tensor }) => tensorProto(name, tensor)),
        ...stored.map(([name, tensor]) => storedProto(name, tensor)),
      ],
      input: fed.map(([name, tensor]) => info(name, tensor)),
      output: Object.entries(outputs).map(([name, tensor]) => info(name, tensor)),
    },
  })
  const describe = ([name, { dtype, shape }]: [string, Tensor]) => ({ name, dtype, shape })
  return {
    bytes: onnx.ModelProto.encode(model).finish(),
    inputs: fed.map(describe),
    outputs: Object.entries(outputs).map(describe),
    nNodes: nodes.length,
    light: products.length > 0 && products.every((cost) => cost <= SMALL_PRODUCT),
    ...(stored.length > 0 && { mappedFolder: mapped!.folder }),
  }
}

/**
 * Floating-point operations that take a core some 40 µs. Below it threads wait for each other longer than they work, and
 * where other programs keep the cores busy, many times as long (`npm run bench:peers -- --only sample`).
 */
const SMALL_PRODUCT = 2 ** 22

const isProduct = ({ op: { name } }: Node): boolean => ['FusedMatMul', 'Gemm', 'Conv', 'MatMulNBits'].includes(name)

/** Operations of a product; one of few rows waits for its weights, of which a core reads a number in the time of 16 operations. */
function costOf({ op, inputs, outputs }: Node): number {
  const [made, left, right] = [sizeOf(outputs[0]!), sizeOf(inputs[0]!), sizeOf(inputs[1]!)]
  const reads = 16 * Math.max(left, right)
  if (op.name === 'Conv') return Math.max(2 * made * (right / inputs[1]!.shape[0]!), reads)
  // The dimension that is summed over, whichever way the sides lie: √(m·k · k·n / m·n).
  return Math.max(2 * made * Math.sqrt((left * right) / made), reads)
}

const sizeOf = ({ shape }: Tensor): number => shape.reduce((product, n) => product * n, 1)

/** Where a 16-bit tensor lies that stands in the graph as a 32-bit one. */
const narrow = (name: string): string => `${name}:stored`

const widening = (name: string) =>
  new onnx.NodeProto({
    opType: 'Cast',
    input: [narrow(name)],
    output: [name],
    attribute: attributeProtos({ to: elementType.float32 }),
  })

/** ONNX's numbers of the types that a checkpoint is mapped as; no tensor of a graph has bfloat16's. */
const storedType = { F32: elementType.float32, BF16: 16, U8: elementType.uint8, U4: elementType.uint4 }

function storedProto(name: string, { dtype, shape, location, offset, byteLength }: MappedTensor) {
  return {
    name: dtype === 'BF16' ? narrow(name) : name,
    dataType: storedType[dtype],
    dims: [...shape],
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(byteLength) },
    ],
  }
}

/**
 * Drops the closing Identity of an output that a kernel makes, so that the kernel writes it where it was asked for; what
 * else reads the value reads it there.
 */
function writeOutputsDirectly(nodes: InstanceType<typeof onnx.NodeProto>[]): void {
  const makers = new Map(nodes.flatMap((node) => (node.output ?? []).map((name, i) => [name, { node, i }] as const)))
  const renamed = new Map<string, string>()
  for (let at = nodes.length - 1; at >= 0; at--) {
    const { opType, input, output } = nodes[at]!
    if (opType !== 'Identity') continue
    const maker = makers.get(input![0]!)
    if (!maker || maker.node.opType === 'Identity' || renamed.has(input![0]!)) continue
    maker.node.output![maker.i] = output![0]!
    renamed.set(input![0]!, output![0]!)
    nodes.splice(at, 1)
  }
  for (const node of nodes) node.input = (node.input ?? []).map((name) => renamed.get(name) ?? name)
}

function emissionOrder(outputs: readonly Tensor[]): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const stack: { node: Node; reads: readonly (Tensor | null)[]; next: number }[] = []
  const open = (tensor: Tensor | null) => {
    if (tensor?.source.kind !== 'node' || seen.has(tensor.source.node)) return
    const { node } = tensor.source
    seen.add(node)
    stack.push({ node, reads: node.body ? [node.body] : node.inputs, next: 0 })
  }
  for (const output of outputs) {
    open(output)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      if (top.next < top.reads.length) open(top.reads[top.next++] ?? null)
      else order.push(stack.pop()!.node)
    }
  }
  return order
}

function attributeProtos(attributes: Attributes) {
  return Object.entries(attributes).map(([name, value]) => ({ name, ...attributeValue(value) }))
}

function attributeValue(value: AttributeValue) {
  const { AttributeType } = onnx.AttributeProto
  if (typeof value === 'number') return { i: value, type: AttributeType.INT }
  if (typeof value === 'string') return { s: new TextEncoder().encode(value), type: AttributeType.STRING }
  if (Array.isArray(value)) return { ints: value as number[], type: AttributeType.INTS }
  return { f: (value as { float: number }).float, type: AttributeType.FLOAT }
}

function tensorProto(name: string, tensor: Tensor) {
  const data = (tensor.source as { data: ArrayLike<number> }).data
  return {
    name,
    dataType: elementType[tensor.dtype],
    dims: [...tensor.shape],
    rawData: new Uint8Array(typedArray(tensor.dtype, data).buffer),
  }
}

/** The values as ONNX Runtime stores them. */
export function typedArray(dtype: DType, data: ArrayLike<number>) {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(data)
    case 'float64':
      return Float64Array.from(data)
    case 'int32':
      return Int32Array.from(data)
    case 'int64':
      return BigInt64Array.from(Array.from(data, (n) => BigInt(n)))
    case 'bool':
    case 'uint8':
      return Uint8Array.from(data)
    case 'uint4':
      return Uint8Array.from(
        { length: Math.ceil(data.length / 2) },
        (_, i) => data[2 * i]! | ((data[2 * i + 1] ?? 0) << 4),
      )
  }
}
