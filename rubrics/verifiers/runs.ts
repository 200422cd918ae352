import { z } from 'zod'
import { execute, LANGUAGES, type Language } from '../execute/execute.ts'
import { verdict, verifier } from './verifier.ts'

export const runs = verifier({
  kind: 'runs',
  about:
    'Met when the code in the answer runs and passes the tests, in a process of its own with a bound on time and memory; unknown where ' +
    'this machine has no interpreter.',
  options: {
    language: z.enum(LANGUAGES).default('javascript').describe('what the code is written in'),
    tests: z
      .string()
      .default('')
      .describe(
        'code that is run behind that of the answer and throws where it is wrong; JavaScript has assert(truth, message)',
      ),
    prints: z.string().optional().describe('what the program must print, spaces at either end left out'),
    block: z
      .enum(['last', 'first', 'all'])
      .default('last')
      .describe('which fenced blocks of the answer are run; an answer without one is code as a whole'),
    timeout_seconds: z.number().positive().max(60).default(5).describe('wall clock'),
    memory_mib: z.int().min(32).max(4096).default(128).describe('of the heap'),
  },
  example: {
    options: { tests: 'assert(double(4) === 8)' },
    met: { text: 'Like so:\n```js\nconst double = (x) => 2 * x\n```' },
    unmet: { text: '```js\nconst double = (x) => x\n```' },
  },
  check: ({ text }, { language, tests, prints, block, timeout_seconds, memory_mib }) => {
    const code = codeOf(text, block)
    if (code.trim() === '') return verdict(false, 'has no code')
    const { outcome, output, error } = execute({
      language,
      code: `${code}\n${tests}`,
      timeoutSeconds: timeout_seconds,
      memoryMiB: memory_mib,
    })
    if (outcome === 'absent') return verdict(null, `${named(language)} is not on this machine`)
    if (outcome === 'timeout') return verdict(false, `took longer than ${timeout_seconds} s`)
    if (outcome === 'memory') return verdict(false, `took more than ${memory_mib} MiB`)
    if (outcome === 'failed') return verdict(false, `fails: ${error}`)
    if (prints !== undefined && output.trim() !== prints.trim()) {
      return verdict(
        false,
        `prints ${JSON.stringify(output.trim().slice(0, 80))}, expected ${JSON.stringify(prints.trim())}`,
      )
    }
    return verdict(true, tests === '' ? 'runs' : 'passes the tests')
  },
})

const named = (language: Language) => ({ javascript: 'Node', python: 'Python' })[language]

/** The fenced code of an answer, or all of it where nothing is fenced; a block that was cut off counts as far as it goes. */
export function codeOf(text: string, block: 'last' | 'first' | 'all'): string {
  const blocks = [...text.matchAll(/^[ \t]*```[^\n]*\n([\s\S]*?)(?:^[ \t]*```|$(?![\s\S]))/gm)].map(([, code]) => code!)
  if (blocks.length === 0) return text
  if (block === 'all') return blocks.join('\n')
  return block === 'first' ? blocks[0]! : blocks.at(-1)!
}
