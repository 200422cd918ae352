/** Characters at the end of a solution that its answer is looked for in, where it is not boxed. */
const TAIL = 4000

/**
 * The final answer in a solution: what the last `\boxed{…}` holds; else what follows the last "answer is", "answer:" or
 * "####", to the end of its sentence; else the last number. Null when there is none of them.
 */
export function extractAnswer(text: string): string | null {
  if (/\\(?:boxed|fbox)/.test(text)) return lastBoxed(text) // one that is cut off is no answer, nor what stands before it
  const end = text.slice(-TAIL)
  const said = [...end.matchAll(/(?:answer\s*(?:is|:|=)|####)[\s:]*([^\n]+)/gi)].at(-1)?.[1]
  if (said !== undefined) {
    const sentence = /^(.*?)(?:\.(?=\s|$)|$)/.exec(said.trim())![1]!.trim()
    if (sentence !== '') return sentence
  }
  return [...end.matchAll(/-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s*\/\s*\d+)?\s*\\?%?/g)].at(-1)?.[0].trim() ?? null
}

/** What the last `\boxed` or `\fbox` holds, braces balanced; null when there is none, or its brace is never closed. */
export function lastBoxed(text: string): string | null {
  const at = Math.max(text.lastIndexOf('\\boxed'), text.lastIndexOf('\\fbox'))
  if (at < 0) return null
  const open = /^\\(?:boxed|fbox)\s*/.exec(text.slice(at, at + 40))![0].length + at
  if (text[open] !== '{') return /^\S+/.exec(text.slice(open))?.[0].replace(/[.,$]+$/, '') ?? null
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return text.slice(open + 1, i).trim()
  }
  return null
}
