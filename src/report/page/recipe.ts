import { type Html, html } from './html.ts'
import { missing, section } from './parts.ts'

/** The recipe as it was resolved, with keys, strings and comments set apart. */
export function recipeSection(recipe: string | undefined): Html {
  if (recipe === undefined) return section('recipe', 'Recipe', '', missing('recipe.yaml is missing.'))
  return section(
    'recipe',
    'Recipe',
    'As the run used it, every default written out.',
    html`<pre class="code" tabindex="0" aria-label="Recipe in YAML"><code>${recipe.trimEnd().split('\n').map(highlightLine)}</code></pre>`,
  )
}

// Only the looks depend on this, so it reads lines, not YAML: a key, what follows it, a comment.
const KEY = /^(\s*(?:- )*)([^\s#'"{}[\],:][^:#'"]*|'[^']*'|"[^"]*")(:)(?=\s|$)/

function highlightLine(line: string): Html {
  const key = KEY.exec(line)
  const head = key ? html`${key[1]!}<span class="y-key">${key[2]!}</span>${key[3]!}` : html``
  return html`${head}${highlightValue(key ? line.slice(key[0].length) : line)}
`
}

const VALUE =
  /("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|((?:^|\s)#.*$)|((?<![\w./-])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w./-])|\b(?:true|false|null)\b)/gi

function highlightValue(text: string): Html {
  const parts: Html[] = []
  let end = 0
  for (const match of text.matchAll(VALUE)) {
    const kind = match[1] !== undefined ? 'y-string' : match[2] !== undefined ? 'y-comment' : 'y-number'
    parts.push(html`${text.slice(end, match.index)}<span class="${kind}">${match[0]}</span>`)
    end = match.index + match[0].length
  }
  return html`${parts}${text.slice(end)}`
}
