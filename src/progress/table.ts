import { stripVTControlCharacters } from 'node:util'

const width = (text: string): number => [...stripVTControlCharacters(text)].length

/** Names and what is said of them, one a line, in two columns. */
export function renderFacts(facts: Readonly<Record<string, string>>): string {
  const widest = Math.max(0, ...Object.keys(facts).map(width))
  return Object.entries(facts)
    .map(([name, fact]) => `${name}${' '.repeat(widest - width(name))}  ${fact}`)
    .join('\n')
}

/** Rows as aligned columns, two spaces apart; the first column to the left, the others to the right. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const nColumns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: nColumns }, (_, i) => Math.max(...rows.map((row) => width(row[i] ?? ''))))
  return rows
    .map((row) =>
      widths
        .map((full, i) => {
          const cell = row[i] ?? ''
          const space = ' '.repeat(full - width(cell))
          return i === 0 ? cell + space : space + cell
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
