/** Place of the first number that is infinite or none; undefined where all are finite. */
export function firstNotFinite(values: Float32Array): number | undefined {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]!) < Number.POSITIVE_INFINITY)) return i
  return undefined
}
