import { renderTags } from '../../../src/tags/index.ts'
import { askOf, tasks } from '../../../src/tasks/index.ts'

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``

/** The table of docs/tasks.md. */
export function taskTable(): string {
  const rows = tasks.map((task) => {
    const needs = task.needs ?? []
    const ask = askOf({ name: task.name, ...Object.fromEntries(needs.map((need) => [need, '…'])) })
    const tags = renderTags(task.tags(ask)) + (task.afterTags?.(ask) ?? '')
    const styles = task.styles ? ` Styles: ${task.styles.join(', ')}.` : ''
    const wanted = needs.length > 0 ? ` Needs ${needs.join(' and ')}.` : ''
    const metrics = task.metrics.map(
      ({ name, unit, better }) => `${name}${unit ? `, ${unit}` : ''} ${better === 'lower' ? '↓' : '↑'}`,
    )
    const about = task.about.replaceAll(/<\|[^|]+\|>[^\s,]*/g, (tag) => code(tag))
    return `| \`${task.name}\` | ${about}.${styles}${wanted} | ${code(tags)} | ${metrics.join('; ')} |`
  })
  return ['| task | answer | asked by tags | figures |', '|---|---|---|---|', ...rows].join('\n')
}

/** What each metric says, once. */
export function metricTable(): string {
  const metrics = new Map(tasks.flatMap((task) => task.metrics).map((metric) => [metric.name, metric]))
  const rows = [...metrics.values()].map(({ name, unit, about }) => `| \`${name}\` | ${unit} | ${about} |`)
  return ['| figure | unit | what it is |', '|---|---|---|', ...rows].join('\n')
}
