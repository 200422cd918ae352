import { UsageError } from '../errors.ts'
import { type Judged, type Metric, meanAveragePrecision } from '../metrics/index.ts'
import { musicNotes as words } from '../promptBank/index.ts'
import { matches, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

/** A note as NSynth labels it; what an answer does not say is null. */
export interface Note {
  /** MIDI, 0 to 127. */
  readonly pitch: number | null
  readonly velocity: number | null
  /** Qualities with commas between, such as "bright, fast_decay". */
  readonly sonic: string | null
  readonly instrument: string | null
}

/** Reads `<|pitch|><|midi_pitch_60|>…` as the released evaluator does: each part wherever it stands. */
export function parseNote(text: string): Note {
  const number = (part: string, midi: string) => {
    const found = new RegExp(`<\\|${part}\\|><\\|midi_${midi}_(\\d{1,3})\\|>`).exec(text)
    return found ? Number(found[1]) : null
  }
  const words = (part: string) => new RegExp(`<\\|${part}\\|>([^<]*)`).exec(text)?.[1]?.trim() || null
  return {
    pitch: number('pitch', 'pitch'),
    velocity: number('velocity', 'velocity'),
    sonic: words('sonic'),
    instrument: words('instrument'),
  }
}

const shareEqual = (name: string, part: 'pitch' | 'velocity' | 'instrument'): Metric => ({
  name,
  unit: '%',
  better: 'higher',
  about: `share of notes whose ${part} is right`,
  measure(judged) {
    const right = judged.filter(({ answer, references }) => {
      const wanted = parseNote(references[0]!)[part]
      return wanted !== null && parseNote(answer)[part] === wanted
    })
    return { value: judged.length === 0 ? null : (100 * right.length) / judged.length, n: judged.length }
  },
})

const qualities: Metric = {
  ...meanAveragePrecision,
  name: 'qualities-map',
  about: 'mean average precision of the qualities of notes',
  measure: (judged) => meanAveragePrecision.measure(judged.map(sonicOf)),
}

const sonicOf = ({ answer, references }: Judged): Judged => ({
  answer: parseNote(answer).sonic ?? '',
  references: references.map((reference) => parseNote(reference).sonic ?? ''),
})

export const musicNotes = task({
  name: 'music-notes',
  about: 'a note: <|pitch|><|midi_pitch_60|><|velocity|><|midi_velocity_100|><|sonic|>bright<|instrument|>guitar',
  languages: { audio: 'unknown', text: 'en' },
  tags: ({ audioLanguage, textLanguage }) => ({
    task: 'analysis',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: 'note_analysis',
  }),
  words: () => words,
  target(answer) {
    const note = parseNote(answer)
    if (note.pitch !== null || note.instrument !== null) return answer.trim()
    throw new UsageError(`no note: "${answer.slice(0, 40)}". Write <|pitch|><|midi_pitch_60|>…<|instrument|>guitar.`)
  },
  metrics: [shareEqual('instrument-accuracy', 'instrument'), shareEqual('pitch-accuracy', 'pitch'), qualities],
  rubric: (references) => {
    const { pitch, velocity, instrument } = parseNote(references[0] ?? '')
    const part = (id: string, criterion: string, points: number, pattern: string) => ({
      id,
      criterion,
      points,
      verify: matches(pattern),
    })
    return rubricOf('music-notes', [
      ...(pitch === null ? [] : [part('pitch', `Has MIDI pitch ${pitch}.`, 3, `<\\|midi_pitch_${pitch}\\|>`)]),
      ...(velocity === null
        ? []
        : [part('velocity', `Has velocity ${velocity}.`, 1, `<\\|midi_velocity_${velocity}\\|>`)]),
      ...(instrument === null
        ? []
        : [part('instrument', `Is played on ${instrument}.`, 3, `<\\|instrument\\|>\\s*${literal(instrument)}\\b`)]),
    ])
  },
})

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
