/** What the WebAssembly decoders have in common. */
interface WasmDecoder {
  ready: Promise<void>
  reset(): Promise<void>
}

const LIBRARY_NOISE = /^(mpg123-decoder|@wasm-audio-decoders|ogg-opus-decoder|codec-parser)/

/**
 * One decoder, compiled at first use and lent to one caller after the other: it holds the state of a stream, so two clips at
 * once would mix. A decoder that threw is dropped, since its memory may be damaged, and the next caller gets a new one.
 */
export function reusable<D extends WasmDecoder>(create: () => D) {
  let decoder: D | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const lend = async <T>(use: (decoder: D) => T | Promise<T>): Promise<T> => {
    // Taken out while in use: only one that was put back whole is used again.
    const lent = decoder ?? create()
    decoder = undefined
    await lent.ready
    const result = await withoutLibraryNoise(() => use(lent))
    await lent.reset()
    decoder = lent
    return result
  }
  return <T>(use: (decoder: D) => T | Promise<T>): Promise<T> => {
    const result = queue.then(() => lend(use))
    queue = result.catch(() => {})
    return result
  }
}

let nQuiet = 0
let print = console.error

/** The libraries print each fault that they also return; what they return is thrown once, as one line. */
async function withoutLibraryNoise<T>(work: () => T | Promise<T>): Promise<T> {
  if (nQuiet++ === 0) {
    print = console.error
    console.error = (...lines: unknown[]) => {
      if (!LIBRARY_NOISE.test(String(lines[0]))) print.apply(console, lines)
    }
  }
  try {
    return await work()
  } finally {
    if (--nQuiet === 0) console.error = print
  }
}
