// The commands of `rubato data` that ask nobody: megabytes a second, on JSON lines of drawn words, each record a question of
// some 80 words, one in twenty a near copy of an earlier one and one in a hundred a test question. 64 MB, or as many as
// RUBATO_BENCH_CRAFT says (1000 for a gigabyte).
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { decontaminate, dedupe, type SeededRandom, sampleLines, seededRandom } from '../../src/index.ts'
import type { BenchResult } from './result.ts'

const TESTS = 1000
const WORDS = 30_000
/** Words come as in a language: the r-th most frequent with a chance of about 1/r. */
const word = (random: SeededRandom) => `w${Math.floor(WORDS ** random())}`
const question = (random: SeededRandom) => Array.from({ length: 40 + random.integer(80) }, () => word(random)).join(' ')

/** MB/s of each command. */
export async function benchCraft(): Promise<BenchResult> {
  const megabytes = Number(process.env.RUBATO_BENCH_CRAFT ?? 64)
  const folder = mkdtempSync(path.join(process.env.RUBATO_BENCH_FOLDER ?? tmpdir(), 'rubato-craft-'))
  const file = (name: string) => path.join(folder, name)
  try {
    const random = seededRandom(1)
    const tests = Array.from({ length: TESTS }, () => question(random))
    writeFileSync(file('tests.jsonl'), tests.map((text) => `${JSON.stringify({ question: text })}\n`).join(''))
    const records = await writeRecords(file('data.jsonl'), megabytes * 1e6, tests, random)
    const inputs = [file('data.jsonl')]
    const rows: { label: string; value: number; unit: string }[] = []
    const found: string[] = []
    const timed = async (label: string, work: () => Promise<string>) => {
      const started = performance.now()
      found.push(await work())
      rows.push({ label, value: megabytes / ((performance.now() - started) / 1000), unit: 'MB/s' })
    }
    for (const rule of ['ngram', 'ngram-lcs', 'lcs'] as const) {
      await timed(`decontaminate, ${rule}, ${TESTS} test texts`, async () => {
        const { read, kept } = await decontaminate({
          inputs,
          against: [file('tests.jsonl')],
          rule,
          out: file('clean.jsonl'),
        })
        return `${rule} ${read - kept}`
      })
    }
    for (const by of ['exact', 'near'] as const) {
      await timed(`dedupe, ${by}`, async () => {
        const { read, kept } = await dedupe({ inputs, by, out: file('unique.jsonl') })
        return `${by} ${read - kept}`
      })
    }
    await timed('sample, balanced', async () => {
      const { taken } = await sampleLines({
        inputs,
        out: file('taken.jsonl'),
        count: 1000,
        by: 'tags',
        how: 'balanced',
      })
      return `taken ${taken}`
    })
    rows.push({ label: 'peak memory of the whole process', value: process.resourceUsage().maxRSS / 1024, unit: 'MB' })
    return {
      name: `data commands on ${megabytes} MB, ${records.toLocaleString('en')} records`,
      rows,
      note: `dropped: ${found.join(', ')}`,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writeRecords(
  file: string,
  bytes: number,
  tests: readonly string[],
  random: SeededRandom,
): Promise<number> {
  const stream = createWriteStream(file)
  let [written, n] = [0, 0]
  let earlier = ''
  while (written < bytes) {
    const draw = random()
    let text = question(random)
    if (draw < 0.01) text = `${word(random)} ${tests[random.integer(tests.length)]!} ${word(random)}`
    else if (draw < 0.06 && earlier !== '') text = `${earlier} ${word(random)}`
    else if (draw < 0.1) earlier = text
    const line = `${JSON.stringify({ id: n++, question: text, tags: [`t${random.integer(50)}`] })}\n`
    written += line.length
    if (!stream.write(line)) await once(stream, 'drain')
  }
  await new Promise<void>((resolve) => stream.end(() => resolve()))
  return n
}
