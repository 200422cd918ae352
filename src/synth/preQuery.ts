import type { PromptRenderer } from '../prompts/renderer.ts'

/** What stands before a user's first word, for models behind servers; each with the default system turn of its family. */
export const PRE_QUERY: Readonly<Record<string, { readonly text: string; readonly stop: readonly string[] }>> = {
  chatml: {
    text: '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n',
    stop: ['<|im_end|>', '<|endoftext|>'],
  },
  llama3: {
    text: '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n',
    stop: ['<|eot_id|>', '<|end_of_text|>'],
  },
  deepseek: { text: 'User: ', stop: ['\n\nAssistant:', '<｜end▁of▁sentence｜>'] },
}

/**
 * Token ids of a model's own template up to where the user's words begin (ScaleQuest, arXiv 2410.18693): what two rendered
 * questions have in common before they differ.
 */
export function preQueryIds(renderer: PromptRenderer): number[] {
  const [a, b] = ['A', '7'].map((content) => renderer.prompt([{ role: 'user', content }], [])) as [number[], number[]]
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  return a.slice(0, same)
}
