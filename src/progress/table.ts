import { stripVTControlCharacters } from 'node:util'

/** Rows as aligned columns, two spaces apart; the first column to the left, the others to the right. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const width = (text: string) => [...stripVTControlCharacters(text)].length
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
