import vm from 'node:vm'
import { z } from 'zod'
import { verdict, verifier } from './verifier.ts'

export const regex = verifier({
  kind: 'regex',
  about:
    'Met when the JavaScript pattern matches somewhere in the answer; unknown when matching takes longer than 200 ms.',
  options: {
    pattern: z.string().min(1).describe('with Unicode rules (flag u); ^ and $ bind it to the whole answer'),
    flags: z
      .string()
      .regex(/^[ims]*$/, { error: 'expected some of i, m and s.' })
      .default('i')
      .describe('i any case, m lines, s dot matches line ends; "" for none'),
  },
  example: {
    options: { pattern: '\\b\\d+ (beeps?|tones?)\\b' },
    met: { text: 'I hear 3 beeps.' },
    unmet: { text: 'I hear some beeps.' },
  },
  sane: ({ pattern, flags }) => {
    try {
      new RegExp(pattern, `${flags}u`)
      return null
    } catch (error) {
      const why = (error as Error).message.split(': ').at(-1)
      return { key: 'pattern', message: `not a pattern: ${why}. Check brackets and escapes.` }
    }
  },
  check: ({ text }, { pattern, flags }) => {
    const shown = `/${pattern}/${flags}`
    const match = boundedExec(new RegExp(pattern, `${flags}u`), text)
    if (match === 'too slow') return verdict(null, `${shown} took longer than ${BUDGET} ms on this answer`)
    return verdict(
      match !== null,
      match === null ? `${shown} matches nowhere` : `${shown} matches ${JSON.stringify(match)}`,
    )
  },
})

const BUDGET = 200 // ms; an honest pattern on an answer of a few hundred words takes microseconds

const box = vm.createContext({ pattern: /(?:)/, text: '' })
const script = new vm.Script('pattern.exec(text)')

/** The first match, or 'too slow': V8 can stop a pattern that backtracks without end only inside a `vm` script. */
function boundedExec(pattern: RegExp, text: string): string | null | 'too slow' {
  if (!/[*+?{]/.test(pattern.source)) return pattern.exec(text)?.[0] ?? null // nothing repeats; the watchdog costs 0.1 ms
  Object.assign(box, { pattern, text })
  try {
    return (script.runInContext(box, { timeout: BUDGET }) as RegExpExecArray | null)?.[0] ?? null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'too slow'
    throw error
  }
}
