/** Little-endian bytes of whole numbers. */
const le = (value: number, nBytes: number) =>
  Array.from({ length: nBytes }, (_, i) => Math.floor(value / 256 ** i) & 255)
const ascii = (text: string) => [...text].map((c) => c.charCodeAt(0))

export interface WavShape {
  tag: number
  bits: number
  nChannels?: number
  sampleRate?: number
  /** Written as WAVE_FORMAT_EXTENSIBLE, with `tag` as its sub-format. */
  extensible?: boolean
  /** In place of the true size of the data chunk. */
  declaredSize?: number
  /** Another chunk before the data. */
  extraChunk?: boolean
}

/** A WAV file around raw bytes of samples. */
export function wavFile(data: Uint8Array, shape: WavShape): Uint8Array {
  const { tag, bits, nChannels = 1, sampleRate = 16_000, extensible, declaredSize, extraChunk } = shape
  const blockAlign = (nChannels * bits) / 8
  const fmt = [
    ...le(extensible ? 0xfffe : tag, 2),
    ...le(nChannels, 2),
    ...le(sampleRate, 4),
    ...le(sampleRate * blockAlign, 4),
    ...le(blockAlign, 2),
    ...le(bits, 2),
    ...(extensible ? [...le(22, 2), ...le(bits, 2), ...le(0, 4), ...le(tag, 2), ...GUID_TAIL] : []),
  ]
  const list = extraChunk ? [...ascii('LIST'), ...le(5, 4), ...ascii('INFOx'), 0] : []
  const body = [...ascii('WAVE'), ...ascii('fmt '), ...le(fmt.length, 4), ...fmt, ...list, ...ascii('data')]
  const head = [
    ...ascii('RIFF'),
    ...le(body.length + 4 + data.length, 4),
    ...body,
    ...le(declaredSize ?? data.length, 4),
  ]
  return Uint8Array.from([...head, ...data])
}

const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]

/** Interleaves channels and writes each sample. */
export function sampleBytes(
  channels: readonly Float32Array[],
  bytesEach: number,
  write: (view: DataView, at: number, x: number) => void,
): Uint8Array {
  const length = channels[0]!.length
  const view = new DataView(new ArrayBuffer(length * channels.length * bytesEach))
  for (let i = 0; i < length; i++) {
    for (const [c, channel] of channels.entries()) write(view, (i * channels.length + c) * bytesEach, channel[i]!)
  }
  return new Uint8Array(view.buffer)
}

export const writers = {
  int8: (view: DataView, at: number, x: number) => view.setUint8(at, Math.round(x * 127) + 128),
  int16: (view: DataView, at: number, x: number) => view.setInt16(at, Math.round(x * 32767), true),
  int24: (view: DataView, at: number, x: number) => {
    const value = Math.round(x * 8388607)
    view.setUint8(at, value & 255)
    view.setInt16(at + 1, value >> 8, true)
  },
  int32: (view: DataView, at: number, x: number) => view.setInt32(at, Math.round(x * 2147483647), true),
  float32: (view: DataView, at: number, x: number) => view.setFloat32(at, x, true),
  float64: (view: DataView, at: number, x: number) => view.setFloat64(at, x, true),
}
