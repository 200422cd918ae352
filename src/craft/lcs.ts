/**
 * Length of the longest common subsequence of a fixed sequence with others, 32 tokens at a time (bit-parallel, Hyyrö 2004):
 *
 *   V ← 1…1;  for each token: U = V & match(token), V ← (V + U) | (V − U);  length = zeros of V
 *
 * @param tokens  of the fixed sequence
 */
export function lcsWith(tokens: readonly number[]): (other: readonly number[]) => number {
  const nWords = Math.ceil(tokens.length / 32)
  const matches = new Map<number, Uint32Array>()
  for (const [i, token] of tokens.entries()) {
    const mask = matches.get(token) ?? new Uint32Array(nWords)
    mask[i >>> 5]! |= 1 << (i & 31)
    matches.set(token, mask)
  }
  return (other) => {
    const v = new Uint32Array(nWords).fill(0xffffffff)
    for (const token of other) {
      const mask = matches.get(token)
      if (mask === undefined) continue
      let carry = 0
      for (let w = 0; w < nWords; w++) {
        const value = v[w]!
        const used = (value & mask[w]!) >>> 0
        const sum = value + used + carry
        carry = sum > 0xffffffff ? 1 : 0
        v[w] = (sum >>> 0) | (value - used)
      }
    }
    let zeros = 0
    for (let i = 0; i < tokens.length; i++) if (((v[i >>> 5]! >>> (i & 31)) & 1) === 0) zeros++
    return zeros
  }
}
