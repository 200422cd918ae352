import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { seededRandom } from '../random.ts'
import { chooseExamples } from './choose.ts'
import { loadClips } from './clips.ts'
import { criteriaIndex } from './criteriaIndex.ts'
import { stageCurves } from './curves.ts'
import { findFindings } from './findings.ts'
import { readAssets } from './page/assets.ts'
import { type PageContent, page } from './page/page.ts'
import { pairAnswers } from './pairs.ts'
import { readRun } from './readRun.ts'
import { readRollouts } from './rollouts.ts'
import { timeSpent } from './time.ts'

export interface ReportOptions {
  /** Where to write; `report.html` in the run folder unless given. */
  out?: string
  /** Folders that relative audio paths may start from, tried after the run folder and before the working directory. */
  audioFolders?: string[]
  /** Samples of the evaluation to show with their sound; 10, about what a reader listens to. */
  nExamples?: number
  /** Training steps whose rollouts are shown; 8, spread over the run. */
  nRolloutSteps?: number
  /** Groups of answers shown for each of those steps; 1. */
  groupsPerStep?: number
  /** Size to stay under, in bytes; 6 million. Sound is shortened and then left out, text is not. */
  maxBytes?: number
  /** Longest piece of a clip, in seconds; 15. */
  maxClipSeconds?: number
  /** What others answered to the samples of the evaluation, shown beside the run's own answers. */
  beside?: readonly OtherAnswers[]
  /** Draws examples and groups, and the bootstrap; the run's own seed unless given, so that a run has one report. */
  seed?: number | string
}

/** Answers of a model that the run did not train, or of a person: text by the id of the sample. */
export interface OtherAnswers {
  name: string
  answers: ReadonlyMap<string, string>
}

/**
 * Writes `report.html`, one file that explains a run without network or server, and gives its path. What a run folder
 * lacks is named in the page; lines that do not parse are left out, counted and named there too. The same folder and
 * options give the same file, byte for byte.
 *
 * Throws `ReportError` when the folder does not exist or is not a run folder.
 *
 * @example
 * const file = await writeReport('runs/quickstart', { audioFolders: ['data'] })
 */
export async function writeReport(runFolder: string, options: ReportOptions = {}): Promise<string> {
  const run = await readRun(runFolder)
  const seed = options.seed ?? run.summary?.seed ?? 0
  // One generator for each purpose: another number of examples must not change an interval.
  const random = (purpose: string) => seededRandom(`${seed}/report/${purpose}`)

  const rollouts = await readRollouts(
    run,
    { nSteps: options.nRolloutSteps ?? 8, groupsPerStep: options.groupsPerStep ?? 1 },
    random('rollouts'),
  )
  const findings = findFindings(run, random('bootstrap'))
  const pairs = pairAnswers(findings.before, findings.after)
  const content: PageContent = {
    run,
    findings,
    rollouts,
    curves: stageCurves(run.metrics, rollouts.rewards),
    examples: chooseExamples(pairs, options.nExamples ?? 10, random('examples')),
    nAnswers: pairs.length,
    beside: options.beside ?? [],
    clips: new Map(),
    find: criteriaIndex(run.evaluations),
    spent: timeSpent(run),
  }
  const assets = await readAssets()
  const withoutSound = Buffer.byteLength(page(content, assets))
  const sources = [
    ...content.examples.flatMap(({ after, before }) => (after ?? before)?.audio ?? []),
    ...rollouts.groups.flatMap(({ rollouts }) => rollouts[0]?.audio ?? []),
  ]
  content.clips = await loadClips(sources, {
    folders: [runFolder, ...(options.audioFolders ?? []), process.cwd()],
    maxBytes: (options.maxBytes ?? 6_000_000) - withoutSound,
    maxSeconds: options.maxClipSeconds ?? 15,
  })

  const out = options.out ?? path.join(runFolder, 'report.html')
  const aside = `${out}.writing`
  await writeFile(aside, page(content, assets))
  await rename(aside, out)
  return out
}
