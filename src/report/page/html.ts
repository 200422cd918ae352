/** A piece of markup that is safe to put in the page as it is. Only `html` and `trusted` make one. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | false | null | undefined | readonly Part[]

/**
 * Markup from a template; every value put in is escaped unless it is itself `Html`. `false`, `null` and `undefined` give
 * nothing, an array gives its parts one after the other. Attribute values must stand in double quotes.
 */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  let text = strings[0]!
  for (const [i, value] of values.entries()) text += write(value) + strings[i + 1]!
  return { html: text }
}

/** Marks text that this program wrote itself (style, script, SVG path) as markup. Never for text read from a run. */
export function trusted(text: string): Html {
  return { html: text }
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/**
 * JSON for a `<script type="application/json">`. There a browser reads no entities and ends the element at the first
 * `</script`, and `<!--` can hide that end, so the characters that begin either are written as JSON escapes.
 */
export function jsonScript(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return { html: `<script type="application/json" id="${escapeHtml(id)}">${json}</script>` }
}

function write(value: Part): string {
  if (value === false || value === null || value === undefined) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return escapeHtml(String(value))
  if (isParts(value)) return value.map(write).join('')
  return value.html
}

// Array.isArray does not narrow readonly arrays away from the other members.
function isParts(value: Html | readonly Part[]): value is readonly Part[] {
  return Array.isArray(value)
}
