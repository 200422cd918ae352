import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { CheckpointError } from '../../../models/checkpoint/errors.ts'
import { readSafetensors, type TensorToWrite, writeSafetensors } from '../../../models/checkpoint/safetensors.ts'

const goldens = join(import.meta.dirname, '../../goldens/data/checkpoint')
const folder = mkdtempSync(join(tmpdir(), 'safetensors-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'model.safetensors')
const bitsOf = (values: Float32Array) => [...new Uint32Array(values.buffer, values.byteOffset, values.length)]
/** NaN's payload is the processor's affair; all else must be equal to the bit. */
const oneNaN = (bits: number[]) => bits.map((b) => ((b & 0x7fffffff) > 0x7f800000 ? 'NaN' : b))

/** A file with this header (an object, or raw text) and this much data. */
function forge(header: unknown, dataLength: number, headerLength?: number): string {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(headerLength ?? text.length))
  writeFileSync(file, Buffer.concat([length, text, Buffer.alloc(dataLength)]))
  return file
}

function errorOf(run: () => unknown): CheckpointError {
  try {
    run()
  } catch (error) {
    if (error instanceof CheckpointError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('safetensors', () => {
  it('reads every type as numpy converts it', () => {
    const checkpoint = readSafetensors(join(goldens, 'types.safetensors'))
    const expected: Record<string, number[]> = JSON.parse(readFileSync(join(goldens, 'types.json'), 'utf8'))
    expect([...checkpoint.tensors.keys()].sort()).toEqual(Object.keys(expected).sort())
    for (const [name, bits] of Object.entries(expected))
      expect(oneNaN(bitsOf(checkpoint.read(name))), name).toEqual(oneNaN(bits))
  })

  it('writes the bytes that the Python library writes', () => {
    const golden = join(goldens, 'plain.safetensors')
    const checkpoint = readSafetensors(golden)
    const tensors = new Map<string, TensorToWrite>()
    for (const { name, shape } of [...checkpoint.tensors.values()].reverse())
      tensors.set(name, { shape, data: checkpoint.read(name) })
    expect(tensors.get('layers.10.weight')?.data).toEqual(Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25))
    writeSafetensors(file, tensors)
    expect(readFileSync(file).equals(readFileSync(golden))).toBe(true)
  })

  it('opens shards as one checkpoint', () => {
    const checkpoint = readSafetensors(join(goldens, 'sharded'))
    expect([...checkpoint.tensors.keys()].sort()).toEqual(['a.weight', 'b.bias', 'b.weight'])
    expect(checkpoint.read('a.weight')[5]).toBe(1.25)
    expect(checkpoint.metadata).toEqual({ format: 'pt' })
  })

  it('takes the single file of a folder that has shards as well, as transformers does', () => {
    const both = mkdtempSync(join(folder, 'both-'))
    writeSafetensors(join(both, 'model.safetensors'), new Map([['w', { shape: [1], data: Float32Array.of(5) }]]))
    writeFileSync(join(both, 'model.safetensors.index.json'), '{"weight_map": {"w": "absent.safetensors"}}')
    expect(readSafetensors(both).read('w')).toEqual(Float32Array.of(5))
  })

  it('reads back what it wrote, whatever the names, shapes and numbers', () => {
    const tensor = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }).chain((shape) => {
      const length = shape.reduce((product, n) => product * n, 1)
      return fc.record({ shape: fc.constant(shape), data: fc.float32Array({ minLength: length, maxLength: length }) })
    })
    const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__')
    const metadata = fc.dictionary(fc.string(), fc.string())
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor), { maxLength: 6 }), metadata, (entries, about) => {
        const tensors = new Map(entries)
        writeSafetensors(file, tensors, about)
        const checkpoint = readSafetensors(file)
        expect({ ...checkpoint.metadata }).toEqual({ ...about })
        expect(checkpoint.tensors.size).toBe(tensors.size)
        for (const [key, { shape, data }] of tensors) {
          expect(checkpoint.tensors.get(key)?.shape).toEqual(shape)
          expect(bitsOf(checkpoint.read(key))).toEqual(bitsOf(data))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('says where a tensor lies, on a multiple of 4 bytes, so that another program can map it', () => {
    writeSafetensors(file, new Map([['a', { shape: [3], data: Float32Array.of(1, 2, 3) }]]), {
      note: 'seven bytes more',
    })
    const { offset, byteLength } = readSafetensors(file).tensors.get('a')!
    expect(offset % 8).toBe(0)
    const bytes = readFileSync(file)
    expect(bytes.readFloatLE(offset + byteLength - 4)).toBe(3)
  })

  it('reads a tensor larger than one chunk', () => {
    const data = Float32Array.from({ length: 2 ** 22 + 1 }, (_, i) => i)
    writeSafetensors(file, new Map([['large', { shape: [data.length], data }]]))
    const read = readSafetensors(file).read('large')
    expect(read.findIndex((value, i) => value !== i)).toBe(-1)
  })
})

const f32 = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] })

describe('a safetensors file that lies', () => {
  it.each<[string, unknown, number, string | undefined, string]>([
    ['a header that is no JSON', '{"a": ', 0, undefined, 'not JSON'],
    ['a header that is a list', [], 0, undefined, 'There must be an object'],
    ['metadata that is not text', { __metadata__: { step: 3 } }, 0, undefined, 'map strings to strings'],
    ['a tensor that is a number', { w: 3 }, 0, 'w', 'described by 3'],
    ['an unknown dtype', { w: { ...f32([1], 0, 4), dtype: 'FP32' } }, 4, 'w', 'Did you mean "F32"?'],
    ['a dtype named as a method', { w: { ...f32([1], 0, 4), dtype: 'toString' } }, 4, 'w', 'dtype is "toString"'],
    ['a negative size', { w: f32([-1], 0, 4) }, 4, 'w', 'shape is [-1]'],
    ['a fraction of a size', { w: f32([0.5], 0, 2) }, 2, 'w', 'shape is [0.5]'],
    ['a size beyond exact numbers', { w: f32([2 ** 60], 0, 4) }, 4, 'w', 'shape is'],
    ['sizes whose product overflows', { w: f32([2 ** 30, 2 ** 30, 2 ** 30], 0, 4) }, 4, 'w', 'hold 4 bytes'],
    ['offsets in reverse', { w: f32([1], 4, 0) }, 4, 'w', 'data_offsets is [4,0]'],
    ['three offsets', { w: { ...f32([1], 0, 4), data_offsets: [0, 4, 8] } }, 4, 'w', 'data_offsets is [0,4,8]'],
    ['no offsets', { w: { dtype: 'F32', shape: [1] } }, 4, 'w', 'data_offsets is missing'],
    ['a shape larger than its bytes', { w: f32([2, 3], 0, 20) }, 20, 'w', 'F32 of shape [2,3] has 24'],
    ['a tensor beyond the end', { w: f32([2], 0, 8) }, 4, 'w', 'cut short'],
    ['a hole', { v: f32([1], 0, 4), w: f32([1], 8, 12) }, 12, 'w', 'no hole'],
    ['an overlap', { v: f32([2], 0, 8), w: f32([1], 4, 8) }, 8, 'w', 'no overlap'],
    [
      'a name that comes twice, spelt otherwise',
      '{"w": {"dtype":"U8","shape":[0],"data_offsets":[0,0]}, "\\u0077" : {"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
      'w',
      'described twice',
    ],
    ['bytes that nobody owns', { w: f32([1], 0, 4) }, 9, undefined, '5 bytes after the last tensor'],
  ])('%s is refused by name', (_what, header, dataLength, tensor, message) => {
    const error = errorOf(() => readSafetensors(forge(header, dataLength)))
    expect(error.message).toContain(message)
    expect(error.message).toMatch(/\.$|\?$/)
    expect([error.file, error.tensor]).toEqual([file, tensor])
  })

  it('a header longer than the file is refused before it is allocated', () => {
    expect(errorOf(() => readSafetensors(forge({}, 0, 2 ** 52))).message).toContain('At most 2 fit')
  })

  it('a file too short for a length, a folder in place of a file and a missing file are refused', () => {
    writeFileSync(file, 'short')
    expect(errorOf(() => readSafetensors(file)).message).toContain('5 bytes long')
    expect(errorOf(() => readSafetensors(join(folder, 'absent'))).message).toContain('cannot be opened')
    expect(errorOf(() => readSafetensors(goldens)).message).toContain('model.safetensors: cannot be opened')
  })

  it('a file that shrinks after it was opened is refused when read', () => {
    writeSafetensors(file, new Map([['w', { shape: [4], data: new Float32Array(4) }]]))
    const checkpoint = readSafetensors(file)
    writeFileSync(file, readFileSync(file).subarray(0, -3))
    expect(errorOf(() => checkpoint.read('w')).message).toContain('13 of 16 bytes')
  })

  it('an unknown tensor is refused with the nearest name', () => {
    const checkpoint = readSafetensors(join(goldens, 'plain.safetensors'))
    expect(errorOf(() => checkpoint.read('layers.9.wieght')).message).toContain('Did you mean "layers.9.weight"?')
  })

  it('a type that is not computed with is listed, and refused only when read', () => {
    const checkpoint = readSafetensors(forge({ w: { dtype: 'F8_E4M3', shape: [2], data_offsets: [0, 2] } }, 2))
    expect(checkpoint.tensors.get('w')?.dtype).toBe('F8_E4M3')
    expect(errorOf(() => checkpoint.read('w')).message).toContain('not read here')
  })

  it.each<[string, unknown, string]>([
    ['leaves the folder', { weight_map: { w: '../secret.safetensors' } }, 'a .safetensors file of this folder'],
    ['has no weight_map', {}, 'no weight_map'],
    ['misplaces a tensor', { weight_map: { v: 'one.safetensors' } }, 'in no shard'],
  ])('an index that %s is refused', (_what, index, message) => {
    const shards = mkdtempSync(join(folder, 'shards-'))
    writeSafetensors(join(shards, 'one.safetensors'), new Map([['w', { shape: [1], data: new Float32Array(1) }]]))
    writeFileSync(join(shards, 'model.safetensors.index.json'), JSON.stringify(index))
    expect(errorOf(() => readSafetensors(shards)).message).toContain(message)
  })

  it('a tensor in two shards is refused', () => {
    const shards = mkdtempSync(join(folder, 'shards-'))
    const names = ['one.safetensors', 'two.safetensors']
    for (const name of names)
      writeSafetensors(join(shards, name), new Map([['w', { shape: [1], data: new Float32Array(1) }]]))
    const index = { weight_map: { w: names[0], v: names[1] } }
    writeFileSync(join(shards, 'model.safetensors.index.json'), JSON.stringify(index))
    expect(errorOf(() => readSafetensors(shards)).message).toContain('One shard may hold it')
  })

  it('any bytes are either a whole checkpoint or a CheckpointError', () => {
    const whole = readFileSync(join(goldens, 'types.safetensors'))
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
    let refused = 0
    fc.assert(
      fc.property(flips, fc.integer({ min: 0, max: whole.length }), (changes, length) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        writeFileSync(file, bytes.subarray(0, length < 20 ? length : length % 2 ? whole.length : length))
        try {
          const checkpoint = readSafetensors(file)
          for (const { name, shape } of checkpoint.tensors.values())
            expect(checkpoint.read(name).length).toBe(shape.reduce((product, n) => product * n, 1))
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError)
          refused++
        }
      }),
      { numRuns: 200 },
    )
    expect(refused).toBeGreaterThan(40)
  })

  it('any JSON as a header is either a whole checkpoint or a CheckpointError', () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(0, -1, 4, 8, 1e308, 2 ** 53, null, 'F32', 'BF16', 'F4'))
    const entry = fc.record(
      {
        dtype: fc.oneof(fc.constantFrom('F32', 'U8', 'I64'), odd),
        shape: fc.oneof(fc.array(odd), odd),
        data_offsets: fc.array(odd),
      },
      { requiredKeys: [] },
    )
    const header = fc.oneof(fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.oneof(entry, odd)), odd)
    fc.assert(
      fc.property(header, fc.nat(16), (value, dataLength) => {
        try {
          readSafetensors(forge(JSON.stringify(value), dataLength))
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('what is written must hold together too', () => {
    const data = new Float32Array(5)
    expect(errorOf(() => writeSafetensors(file, new Map([['w', { shape: [2, 3], data }]]))).message).toContain(
      '[2,3] has 6',
    )
    expect(errorOf(() => writeSafetensors(file, new Map([['__metadata__', { shape: [5], data }]]))).tensor).toBe(
      '__metadata__',
    )
  })
})
