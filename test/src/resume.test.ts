import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/random.ts'
import { folderToRemove } from './temporary.ts'
import { rubato, tinyFiles } from './tinyRun.ts'

// Real processes, killed for real: what is compared is what they left on the disk.

const SECONDS = 1000 // milliseconds
const RUN = path.join('runs', 'tiny')
const TRAIN = ['train', 'recipe.yaml', '--json']

/** Figures of the clock and of a sitting; everything else must not depend on when a run was stopped. */
const TIMES = ['seconds', 'step_time', 'secondsByStage', 'started', 'finished', 'time_by_stage', 'graphs']
const isTime = (key: string) => TIMES.includes(key) || key.startsWith('time/')

const withoutTimes = (line: string): string =>
  JSON.stringify(JSON.parse(line), (key, value: unknown) => (isTime(key) ? undefined : value))

/** Every file of a run: bytes of weights, text of the rest, without the clock's figures, TensorBoard's copy and the report. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => statSync(path.join(folder, name)).isFile() && !name.startsWith('events') && name !== 'report.html',
  )
  return Object.fromEntries(
    files.sort().map((name) => {
      const data = readFileSync(path.join(folder, name))
      if (name.endsWith('.safetensors')) return [name, createHash('sha256').update(data).digest('hex')]
      const text = data.toString('utf8').replaceAll(path.resolve(folder, '..', '..'), '.')
      if (name === 'summary.json' || name.endsWith('state.json')) return [name, withoutTimes(text)]
      return [name, name === 'metrics.jsonl' ? text.trimEnd().split('\n').map(withoutTimes).join('\n') : text]
    }),
  )
}

const folders: string[] = []
function tinyFolder(): string {
  const folder = folderToRemove(tinyFiles())
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Where two runs differ: the file, and its first line that does. */
function differences(run: Record<string, string>): string[] {
  return [...new Set([...Object.keys(run), ...Object.keys(whole)])].flatMap((name) => {
    const [ours, theirs] = [run[name]?.split('\n') ?? [], whole[name]?.split('\n') ?? []]
    const at = Math.max(
      ...[ours, theirs].map((lines) => lines.findIndex((line, i) => line !== theirs[i] || line !== ours[i])),
    )
    return at < 0 ? [] : [`${name}:${at + 1} ${ours[at]?.slice(0, 200)} instead of ${theirs[at]?.slice(0, 200)}`]
  })
}

/** How many reports of a stage's progress a text holds. */
const reports = (text: string) => text.split('"stage":"').length - 1

let whole: Record<string, string>
/** Reports of progress of a run that is left alone. */
let allReports = 0
beforeAll(async () => {
  const cwd = tinyFolder()
  const { code, err } = await rubato(TRAIN, {
    cwd,
    onOutput: (text) => {
      allReports += reports(text)
    },
  })
  expect([code, err]).toEqual([0, ''])
  whole = contents(path.join(cwd, RUN))
}, 60 * SECONDS)

/** Goes on until a run is done; `words` of the first call or of a resumption. */
const words = (cwd: string) => (existsSync(path.join(cwd, RUN)) ? [...TRAIN, '--resume'] : TRAIN)

describe('a run that is killed and resumed', () => {
  it('learns from answers that differ, else its equality would say little', () => {
    const steps = whole['metrics.jsonl']!.split('\n').map((line) => JSON.parse(line) as Record<string, number>)
    expect(steps.map(({ global_step }) => global_step)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))
    expect(steps.filter(({ reward_std }) => reward_std! > 0).length).toBeGreaterThan(3)
  })

  it.concurrent.each([1, 2])(
    'at random moments (seed %i) ends in the same bits as one that never stopped',
    async (seed) => {
      const cwd = tinyFolder()
      const random = seededRandom(`kill/${seed}`)
      let kills = 0
      for (let attempt = 0; ; attempt++) {
        // Counted in reports, for a machine under load has no clock to go by; a moment later, for reports come at the
        // ends of steps.
        let left = attempt < 2 ? 1 + Math.floor(random() * 0.4 * allReports) : Number.POSITIVE_INFINITY
        const late = random() * 50
        const { code, signal, err } = await rubato(words(cwd), {
          cwd,
          onOutput(text, kill) {
            left -= reports(text)
            if (left > 0) return
            left = Number.POSITIVE_INFINITY
            setTimeout(() => kill('SIGKILL'), late)
          },
        })
        if (signal === 'SIGKILL') kills++
        else {
          expect([code, err]).toEqual([0, ''])
          if (attempt >= 2) break
        }
      }
      expect(kills).toBeGreaterThan(0)
      expect(differences(contents(path.join(cwd, RUN)))).toEqual([])
    },
    120 * SECONDS,
  )

  it.concurrent(
    'between two saves of a stage, in every kind of stage, ends in the same bits',
    async () => {
      const cwd = tinyFolder()
      // The newest checkpoint is then one of the stage itself: weights, moments and reference are all needed.
      for (const step of [/"stage":"sft".*"done":5\b/, /"stage":"rl-1".*"done":4\b/]) {
        const { signal } = await rubato(words(cwd), {
          cwd,
          onOutput: (text, kill) => step.test(text) && kill('SIGKILL'),
        })
        expect(signal).toBe('SIGKILL')
      }
      expect((await rubato(words(cwd), { cwd })).code).toBe(0)
      expect(differences(contents(path.join(cwd, RUN)))).toEqual([])
    },
    120 * SECONDS,
  )

  it.concurrent(
    'while a checkpoint is being written ends in the same bits',
    async () => {
      const cwd = tinyFolder()
      let watch: NodeJS.Timeout | undefined
      const { signal } = await rubato(TRAIN, {
        cwd,
        onOutput(_text, kill) {
          watch ??= setInterval(() => {
            const parts = path.join(cwd, RUN, 'checkpoints')
            if (existsSync(parts) && readdirSync(parts).includes('.step-4.aside')) kill('SIGKILL')
          }, 1)
        },
      })
      clearInterval(watch)
      expect(signal).toBe('SIGKILL')
      expect((await rubato(words(cwd), { cwd })).code).toBe(0)
      expect(differences(contents(path.join(cwd, RUN)))).toEqual([])
    },
    120 * SECONDS,
  )

  it.concurrent(
    'with Ctrl-C saves, exits with 130 and prints the line that goes on',
    async () => {
      const cwd = tinyFolder()
      let asked = false
      const { code, err } = await rubato(TRAIN, {
        cwd,
        onOutput(text, kill) {
          // A step on which it would not have saved anyway.
          if (asked || !/"stage":"rl-1".*"done":1\b/.test(text)) return
          asked = true
          kill('SIGINT')
        },
      })
      expect(code).toBe(130)
      const [, step, line] = /^stopped after step (\d+), saved\. Go on with: rubato (.+)$/m.exec(err) ?? []
      expect(line).toBe(`train recipe.yaml --resume --run ${RUN}`)
      expect(readdirSync(path.join(cwd, RUN, 'checkpoints'))).toContain(`step-${step}`)
      expect((await rubato(line!.split(' '), { cwd })).code).toBe(0)
      // It holds the checkpoint of its stop beside the last one.
      const differ = differences(contents(path.join(cwd, RUN))).filter((line) => !line.startsWith('checkpoints/'))
      expect(differ).toEqual([])
    },
    120 * SECONDS,
  )

  it(
    'is not gone on with by another recipe',
    async () => {
      const cwd = tinyFolder()
      expect(
        (
          await rubato([...TRAIN, '--set', 'stages[0].sft.steps=1'], {
            cwd,
            onOutput: (text, kill) => {
              if (text.includes('"stage":"rl-1"')) kill('SIGKILL')
            },
          })
        ).signal,
      ).toBe('SIGKILL')
      const { code, err } = await rubato([...TRAIN, '--resume'], { cwd })
      expect(code).toBe(2)
      expect(err).toContain('the recipe has changed since the run began, here from "steps: 1" to "steps: 7".')
    },
    60 * SECONDS,
  )
})
