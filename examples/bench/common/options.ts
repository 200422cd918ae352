import { parseArgs } from 'node:util'
import { closest } from 'fastest-levenshtein'

type Options = Readonly<Record<string, { type: 'string' } | { type: 'boolean'; default: boolean }>>
type Values<T extends Options> = {
  readonly [K in keyof T]: T[K]['type'] extends 'boolean' ? boolean : string | undefined
}

/**
 * The options of a bench. `--help` prints `help` and ends; a wrong call is told in a line, with the nearest option, and
 * ends with 2.
 */
export function benchOptions<const T extends Options>(help: string, options: T): Values<T> {
  const all = { ...options, help: { type: 'boolean', default: false } } as const
  try {
    const { values } = parseArgs({ options: all })
    if (!('help' in values && values.help)) return values as unknown as Values<T>
    console.log(help)
    process.exit(0)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const named = /'(--[^' ]+)/.exec(message)?.[1]
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && named !== undefined) {
      const known = Object.keys(all).map((name) => `--${name}`)
      return wrongCall(`${named}: there is no such option. Did you mean "${closest(named, known)}"?`)
    }
    return wrongCall(message)
  }
}

/** The names of `--NAME a,b` among those that there are; all where nothing is asked for. */
export function chosenNames(option: string, asked: string | undefined, known: readonly string[]): readonly string[] {
  const wanted = asked?.split(',') ?? known
  const unknown = wanted.find((name) => !known.includes(name))
  if (unknown === undefined) return wanted
  return wrongCall(
    `${option} ${unknown}: there is none. Did you mean "${closest(unknown, [...known])}"? All: ${known.join(', ')}.`,
  )
}

/** The first so many of the seeds; all where nothing is asked for. */
export function firstSeeds<T>(asked: string | undefined, seeds: readonly T[]): readonly T[] {
  const n = Number(asked ?? seeds.length)
  if (Number.isInteger(n) && n >= 1 && n <= seeds.length) return seeds.slice(0, n)
  return wrongCall(`--seeds ${asked}: is no number of seeds. Give 1 to ${seeds.length}.`)
}

function wrongCall(line: string): never {
  console.error(line)
  process.exit(2)
}
