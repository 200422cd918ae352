/** The part of fft.js that is used here; the package has no types of its own. */
declare module 'fft.js' {
  export default class FFT {
    /** @param size a power of two */
    constructor(size: number)
    /** Fills the first half of `out`, [re, im, re, im, …], from `size` real numbers. */
    realTransform(out: Float64Array, input: Float64Array): void
  }
}
