import { gate } from '../judge/gate.ts'
import type { ScoreOptions } from './scoreAnswer.ts'
import { transcriptionEndpoint } from './transcribe.ts'

/**
 * What writes down recordings, by name: the base URL of a server with `/audio/transcriptions` (its key in
 * RUBATO_TRANSCRIBER_KEY), or a Whisper as a folder or hub id, which hears one recording at a time.
 */
export async function transcriberOf(
  model: string,
): Promise<{ readonly transcribe: NonNullable<ScoreOptions['transcribe']>; close(): Promise<void> }> {
  if (/^https?:\/\//i.test(model)) {
    const apiKey = process.env.RUBATO_TRANSCRIBER_KEY
    const transcribe = transcriptionEndpoint({ url: model, ...(apiKey === undefined ? {} : { apiKey }) })
    return { transcribe, close: async () => {} }
  }
  const { openTranscriber } = await import('../transcribe/transcribe.ts')
  const whisper = await openTranscriber({ model })
  const alone = gate(1)
  return {
    transcribe: (recording, signal) => alone(signal, async () => (await whisper.transcribe(recording)).text),
    close: () => whisper.close(),
  }
}
