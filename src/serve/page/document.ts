export interface DocumentOptions {
  readonly title: string
  /** The module of `client/` that runs in the page. */
  readonly script: 'demo' | 'runs'
  /** Where bare module names lead, as JSON. */
  readonly imports: string
  /** Addresses of the modules that the script needs, to be fetched at once and not one after another. */
  readonly modules: readonly string[]
}

/** A page with the head, the bar and the script that both pages share. */
export function htmlDocument({ title, script, imports, modules }: DocumentOptions, body: string): string {
  const link = (href: string, name: string, isHere: boolean) =>
    `<a href="${href}"${isHere ? ' aria-current="page"' : ''}>${name}</a>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Rubato</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style.css">${script === 'runs' ? '\n<link rel="stylesheet" href="/assets/uplot.css">' : ''}
<script type="importmap">${imports}</script>
${modules.map((href) => `<link rel="modulepreload" href="${href}">`).join('\n')}
<script type="module" src="/assets/${script}.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<header class="bar"><span class="brand">rubato</span><nav aria-label="Pages">${link('/', 'Listen', script === 'demo')}${link('/runs', 'Runs', script === 'runs')}</nav></header>
${body}
</body>
</html>
`
}
