/** What a reply says about one criterion. */
export interface ParsedVerdict {
  readonly met: boolean
  readonly explanation: string
  /** Words that the reply quotes from the answer. */
  readonly quotes: readonly string[]
  /** Seconds into the recording that the reply points at. */
  readonly spans: readonly (readonly [number, number])[]
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

/** Characters of a reply that are read, from its end: more is no verdict, and would take long to search. */
const LONGEST = 100_000

const bad = (problem: string): { readonly ok: false; readonly problem: string } => ({ ok: false, problem })

/**
 * The verdict in a judge's reply. The rungs of the ladder, each tried when the one before finds nothing (papers.md
 * §1.3):
 *
 * 1. thoughts (`<think>…</think>`) and a Markdown fence are taken off; the rest is JSON
 * 2. every balanced `{…}` that is JSON, once stray quotes inside its explanation are escaped
 * 3. the fields `"criteria_met": true|false` and `"explanation": "…"` by themselves
 *
 * On each rung `criteria_met` must be a boolean: `"true"`, `1` and a missing field are no verdict. Two verdicts that
 * disagree are none either, since one of them may be quoted from the answer. (RuscaRL's reward function takes the
 * first there, and false where the field is missing.)
 */
export function parseVerdict(reply: string): Parsed<ParsedVerdict> {
  const text = withoutThoughts(reply)
  const whole = jsonOf(withoutFence(text))
  if (isRecord(whole)) return verdictOf(whole)
  const found = balanced(text)
    .map((part) => jsonOf(part) ?? jsonOf(withEscapedQuotes(part)))
    .filter(isRecord)
    .filter((value) => 'criteria_met' in value)
  if (found.length > 0) return agreed(found.map(verdictOf))
  const fields = [...text.matchAll(/"criteria_met"\s*:\s*(true|false)\b/g)].map(([, met]) => met === 'true')
  const explanation = text.match(/"explanation"\s*:\s*"((?:[^"\\]|\\.)*)"/)?.[1] ?? ''
  if (fields.length === 0) return bad(`no criteria_met in ${shown(text)}`)
  return agreed(
    fields.map((met) => ({ ok: true, value: { met, explanation: unescaped(explanation), quotes: [], spans: [] } })),
  )
}

/**
 * The verdicts in a reply about `count` numbered criteria, `{"verdicts": [{"criterion": 1, "explanation": …,
 * "criteria_met": …}, …]}` or the list alone, on the first two rungs. By number; a verdict that is missing, twice
 * there or no boolean is left out, and named in `problem`.
 */
export function parseVerdicts(
  reply: string,
  count: number,
): { readonly verdicts: ReadonlyMap<number, ParsedVerdict>; readonly problem?: string } {
  const text = withoutThoughts(reply)
  const candidates = [withoutFence(text), ...balanced(text), ...balanced(text, '[', ']')]
  const list = candidates.map((part) => listOf(jsonOf(part))).find((found) => found !== undefined)
  const verdicts = new Map<number, ParsedVerdict>()
  if (list === undefined) return { verdicts, problem: `no list of verdicts in ${shown(text)}` }
  const twice = new Set<number>()
  for (const item of list) {
    if (!isRecord(item) || typeof item.criterion !== 'number') continue
    const parsed = verdictOf(item)
    if (!parsed.ok) continue
    if (verdicts.has(item.criterion)) twice.add(item.criterion)
    verdicts.set(item.criterion, parsed.value)
  }
  for (const number of twice) verdicts.delete(number)
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((number) => !verdicts.has(number))
  if (missing.length === 0) return { verdicts }
  return {
    verdicts,
    problem: `no single verdict on ${missing.length > 1 ? 'criteria' : 'criterion'} ${missing.join(', ')}`,
  }
}

/** Every JSON object that a reply holds: it is one, without thoughts and fence, or has some among its words. */
export function objectsIn(reply: string): Record<string, unknown>[] {
  const text = withoutThoughts(reply)
  const whole = jsonOf(withoutFence(text))
  return isRecord(whole) ? [whole] : balanced(text).map(jsonOf).filter(isRecord)
}

function verdictOf(value: Record<string, unknown>): Parsed<ParsedVerdict> {
  const { criteria_met: met, explanation, evidence } = value
  if (typeof met !== 'boolean') return bad(`criteria_met is ${shown(JSON.stringify(met) ?? 'missing')}`)
  const items = Array.isArray(evidence) ? evidence : evidence === undefined || evidence === null ? [] : [evidence]
  return {
    ok: true,
    value: {
      met,
      explanation: typeof explanation === 'string' ? explanation.trim() : '',
      quotes: items.filter((item): item is string => typeof item === 'string' && item.trim() !== ''),
      spans: items.flatMap((item) => {
        if (!isRecord(item) || typeof item.start !== 'number' || typeof item.end !== 'number') return []
        return item.start >= 0 && item.end >= item.start ? [[item.start, item.end] as const] : []
      }),
    },
  }
}

function agreed(found: readonly Parsed<ParsedVerdict>[]): Parsed<ParsedVerdict> {
  const readable = found.flatMap((parsed) => (parsed.ok ? [parsed.value] : []))
  if (readable.length < found.length) return found.find(({ ok }) => !ok)!
  if (new Set(readable.map(({ met }) => met)).size > 1) return bad('two verdicts that disagree')
  return { ok: true, value: readable.find(({ explanation }) => explanation !== '') ?? readable[0]! }
}

/** Also what stands before a lone `</think>`: some templates open the thought in the prompt. */
const withoutThoughts = (text: string): string =>
  text
    .slice(-LONGEST)
    .replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/g, '')
    .replace(/^[\s\S]*<\/think(?:ing)?>/, '')

const withoutFence = (text: string): string => text.trim().replace(/^```(?:json)?\s*|\s*```$/g, '')

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listOf = (value: unknown): unknown[] | undefined =>
  Array.isArray(value) ? value : isRecord(value) && Array.isArray(value.verdicts) ? value.verdicts : undefined

/** The outermost balanced parts of a text. Brackets inside quotes do not count, unless the quotes do not pair up. */
function balanced(text: string, open = '{', close = '}'): string[] {
  const minding = balancedParts(text, open, close, true)
  return minding.some((part) => jsonOf(part) !== undefined) ? minding : balancedParts(text, open, close, false)
}

function balancedParts(text: string, open: string, close: string, mindQuotes: boolean): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted && c === '\\') i++
    else if (c === '"' && mindQuotes && depth > 0) quoted = !quoted
    else if (quoted) continue
    else if (c === open && depth++ === 0) start = i
    else if (c === close && depth > 0 && --depth === 0) parts.push(text.slice(start, i + 1))
  }
  return parts
}

/** An explanation that quotes the answer with bare quotes is what most often breaks the JSON; likewise bare line ends. */
const withEscapedQuotes = (json: string): string =>
  json.replace(
    /("explanation"\s*:\s*")([\s\S]*?)("\s*(?:,\s*"(?:criteria_met|evidence|criterion)"\s*:|\}\s*$))/g,
    (_, before: string, inside: string, after: string) =>
      before + inside.replace(/\\?"/g, '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t') + after,
  )

const unescaped = (text: string): string => String(jsonOf(`"${text.replaceAll('\n', '\\n')}"`) ?? text)

const shown = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  if (line === '') return 'an empty reply'
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
