import type { Asked } from '../judge/ask.ts'
import type { JudgeMetrics } from '../judge/judge.ts'
import { openWriter, type ReadReply, type Writer, type WriterOptions, type WriterRequest } from './ask/writer.ts'
import type { LineRecord } from './records.ts'
import { type Made, type TransformOptions, type TransformReport, transformLines } from './transform.ts'

/** What every command that has a model write needs. */
export interface WriteLinesOptions extends Omit<TransformOptions, 'concurrency' | 'settings'> {
  readonly writer: WriterOptions
}

export interface WriteReport extends TransformReport {
  readonly writer: JudgeMetrics
}

export type Write = <T>(request: WriterRequest, read: ReadReply<T>) => Promise<Asked<T>>

/** Has a writer make something of every record; see `transformLines`. `settings` are those beside the writer's own. */
export async function writeLines(
  options: WriteLinesOptions,
  settings: unknown,
  work: (record: LineRecord, write: Write) => Promise<Made>,
): Promise<WriteReport> {
  const { writer: asked, ...files } = options
  const writer: Writer = await openWriter(asked)
  const { model, temperature, topP, maxTokens, body } = asked
  try {
    const report = await transformLines(
      { ...files, concurrency: 2 * writer.size, settings: [settings, { model, temperature, topP, maxTokens, body }] },
      (record, signal) => work(record, (request, read) => writer.write(request, read, signal)),
    )
    return { ...report, writer: writer.metrics() }
  } finally {
    await writer.close()
  }
}

/** A record that no reply could be had for. */
export const unanswered = (problem: string): Made => ({ drop: { reason: 'no readable reply', problem } })
