import { type DecodedAudio, decodeAudio, measureAudio, measureNames } from '../../audio/index.ts'
import {
  type Answer,
  type Criterion,
  loadRubric,
  type Rubric,
  RubricError,
  type Rule,
  ruleOf,
  scoreVerdicts,
  unknownName,
  verifyCriterion,
} from '../../rubrics/index.ts'
import { BudgetSpent, type Judge, type JudgeVerdict } from '../judge/index.ts'
import { rubricMention } from '../judge/mention.ts'
import type { AnswerToScore, ScoredAnswer, ScoredCriterion } from './answer.ts'

export interface ScoreOptions {
  /** Decides the criteria that no verifier does; they are unknown without it. */
  readonly judge?: Judge
  /** Writes down what is said in a recording that comes without a transcript. */
  readonly transcribe?: (recording: string, signal: AbortSignal) => Promise<string>
  /** Functions that criteria name by their tags, as in RuscaRL's data; see `verifyCriterion`. */
  readonly rules?: Readonly<Record<string, Rule>>
  /** Whether an answer that talks about its rubric or its judge meets no positive criterion (false). */
  readonly failRubricMentions?: boolean
  readonly signal?: AbortSignal
}

/**
 * Scores an answer by a rubric: verifiers decide the criteria that name one, the judge the others. What nobody could
 * decide is unknown, with its reason; so is what a judge did not come to before its budget was spent.
 *
 * @param answer  text, or what is known of a spoken answer
 * @param rubric  a rubric, a name of the library, or the path of a file
 * @throws RubricError for a faulty rubric, JudgeError where no judgement can be had
 * @example
 * const { score, criteria } = await scoreAnswer('It is half past nine.', 'voice-assistant')
 */
export async function scoreAnswer(
  answer: string | AnswerToScore,
  rubric: string | Rubric,
  options: ScoreOptions = {},
): Promise<ScoredAnswer> {
  const given = typeof answer === 'string' ? { text: answer } : answer
  const { id = 'answer', messages = [], recording, reference } = given
  const resolved = typeof rubric === 'string' ? await loadRubric(rubric) : rubric
  checkMeasures(resolved)
  const { signal = new AbortController().signal } = options
  signal.throwIfAborted()
  const problems: string[] = []
  const decoded = recording === undefined ? undefined : await decodeOr(recording, problems)
  const text = given.text ?? (await transcribed(recording, decoded, options, signal, problems))
  const heard: Heard = {
    ...(text === undefined ? {} : { text }),
    ...(decoded === undefined ? {} : { durationSeconds: decoded.channels[0]!.length / decoded.sampleRate }),
  }
  const measures = await measured(resolved, decoded, text, reference)
  const isFor = (criterion: Criterion) =>
    criterion.verify !== undefined || ruleOf(criterion) !== null ? 'verifier' : 'judge'

  const mention = options.failRubricMentions && text !== undefined ? rubricMention(text, resolved.criteria) : null
  const toJudge = resolved.criteria.filter(
    (criterion) => isFor(criterion) === 'judge' && !(mention !== null && criterion.points > 0),
  )
  const judged = new Map<string, JudgeVerdict>()
  let undecided = options.judge ? 'the judge gave no verdict' : 'needs a judge, and none was given'
  if (options.judge && toJudge.length > 0) {
    const task = {
      messages,
      answer: { ...(text === undefined ? {} : { text }), ...(recording === undefined ? {} : { recording }) },
      criteria: toJudge,
      ...(reference === undefined ? {} : { reference }),
    }
    const verdicts = await options.judge.judge(task, { signal }).catch((error: unknown) => {
      if (!(error instanceof BudgetSpent)) throw error
      undecided = error.message
      return error.verdicts
    })
    for (const verdict of verdicts) judged.set(verdict.criterionId, verdict)
  }

  const criteria = resolved.criteria.map((criterion): ScoredCriterion => {
    const { id, points } = criterion
    const known = { id, criterion: criterion.criterion, points }
    if (mention !== null && points > 0) {
      const { start, end } = mention
      return {
        ...known,
        met: false,
        reason: `the answer talks about its rubric or its judge: “${mention.text}”`,
        decidedBy: 'verifier',
        evidence: [{ kind: 'words', start, end, text: mention.text }],
      }
    }
    if (isFor(criterion) === 'verifier') {
      const { met, reason } = verified(criterion, heard, measures, recording !== undefined, options.rules)
      return { ...known, met, reason, decidedBy: 'verifier' }
    }
    const verdict = judged.get(id)
    if (verdict === undefined) return { ...known, met: null, reason: undecided, decidedBy: 'nobody' }
    const { met, reason, evidence } = verdict
    return { ...known, met, reason, decidedBy: 'judge', ...(evidence ? { evidence } : {}) }
  })
  const verdicts = criteria.map(({ id, met, reason }) => ({ criterionId: id, met, reason }))
  return {
    id,
    ...scoreVerdicts(resolved, verdicts),
    criteria,
    rubric: resolved.name,
    messages,
    ...heard,
    ...(recording === undefined ? {} : { recording }),
    problems,
  }
}

interface Heard {
  readonly text?: string
  readonly durationSeconds?: number
}

const measuresOf = ({ criteria }: Rubric): string[] => [
  ...new Set(criteria.flatMap(({ verify }) => (verify?.kind === 'measure' ? [verify.name] : []))),
]

function checkMeasures(rubric: Rubric): void {
  for (const name of measuresOf(rubric)) {
    if (!measureNames.includes(name)) {
      throw new RubricError(`rubric ${rubric.name}: measure "${name}": ${unknownName('name', name, measureNames)}`)
    }
  }
}

/** Only the measures that criteria read; others would cost time and decide nothing. */
async function measured(
  rubric: Rubric,
  decoded: DecodedAudio | undefined,
  transcript: string | undefined,
  reference: string | undefined,
): Promise<Answer['measures']> {
  const names = measuresOf(rubric)
  return decoded === undefined || names.length === 0
    ? undefined
    : measureAudio(decoded, { names, transcript, reference })
}

/** Without a transcript only what reads the sound alone can be decided. */
function verified(
  criterion: Criterion,
  { text, durationSeconds }: Heard,
  measures: Answer['measures'],
  spoken: boolean,
  rules: ScoreOptions['rules'],
): { met: boolean | null; reason: string } {
  if (text === undefined && criterion.verify?.kind !== 'measure') {
    return { met: null, reason: spoken ? 'the recording has no transcript' : 'the answer has no text' }
  }
  const answer: Answer = {
    text: text ?? '',
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(measures === undefined ? {} : { measures }),
  }
  return verifyCriterion(criterion, answer, rules === undefined ? {} : { rules })
}

async function decodeOr(recording: string, problems: string[]): Promise<DecodedAudio | undefined> {
  try {
    const decoded = await decodeAudio(recording)
    if (decoded.channels[0]?.length) return decoded
    problems.push(`${nameOf(recording)}: the recording has no samples`)
  } catch (error) {
    if ((error as Error).name !== 'AudioError') throw error
    problems.push((error as Error).message)
  }
  return undefined
}

async function transcribed(
  recording: string | undefined,
  decoded: DecodedAudio | undefined,
  { transcribe }: ScoreOptions,
  signal: AbortSignal,
  problems: string[],
): Promise<string | undefined> {
  if (recording === undefined || decoded === undefined || transcribe === undefined) return undefined
  try {
    return await transcribe(recording, signal)
  } catch (error) {
    signal.throwIfAborted()
    problems.push(`${nameOf(recording)}: not transcribed: ${(error as Error).message}`)
    return undefined
  }
}

const nameOf = (recording: string): string => (recording.startsWith('data:') ? 'a recording in the data' : recording)
