import { type Criterion, drawScaffold, type Rubric, renderScaffold, scaffoldSchema } from '../../rubrics/index.ts'
import { type SeededRandom, shuffle } from '../../src/random.ts'
import { QUALITIES, type SceneFacts } from './compose.ts'
import { FAMILIES } from './families.ts'
import {
  ASK_PROMPTS,
  answerTo,
  KEYWORD_TAGS,
  keywordAnswer,
  LIST_PROMPTS,
  PLAIN_PROMPTS,
  pick,
  poorAnswer,
  questionTags,
  vagueAnswer,
} from './language.ts'
import type { Recording } from './recordings.ts'
import { type Claim, claimsOf, nameOf, rubricOf, timesOf } from './rubric.ts'

/** The lines of the data files, made from scenes. */

/** What supervised fine-tuning practises, and how often; the lines of one scene practise different things. */
export const MIXTURE = {
  /** Sounds in order, asked by Qwen-Audio's tags: what teaches the encoder. */
  keyword: 5,
  /** The same, asked in words. */
  list: 2,
  /** One thing known of the scene, asked by tags. */
  question: 1,
  /** The same, asked in words. */
  ask: 0.5,
  /** A plain prompt, answered as poorly as a model does that was never rewarded for listening. */
  plain: 1.5,
  /** A plain prompt with criteria shown, answered by doing what they say: following, not listening. */
  scaffolded: 2.5,
} as const
export type SftTask = keyof typeof MIXTURE

/** How criteria are shown to a model this small: one short line each. */
export const SCAFFOLD = scaffoldSchema.parse({ style: 'compact', show_points: false, warning: false })

export interface Scene {
  readonly id: string
  /** Path of the clip, relative to the data file. */
  readonly audio: string
  readonly facts: SceneFacts
  readonly claims: readonly Claim[]
  readonly rubric: Rubric
  readonly prompt: string
}

export function sceneOf(id: string, audio: string, facts: SceneFacts, random: SeededRandom): Scene {
  const claims = claimsOf(facts, random)
  return { id, audio, facts, claims, rubric: rubricOf(claims), prompt: pick(PLAIN_PROMPTS, random) }
}

/** A plain prompt, the rubric of its answers, and the answer that earns all its points. */
export function plainLine({ id, audio, facts, claims, rubric, prompt }: Scene) {
  return {
    id,
    messages: [user(audio, prompt)],
    rubric,
    reference: answerTo(claims),
    tags: {
      families: keywordAnswer(facts),
      recordings: facts.parts.map(({ file }) => file).join(', '),
      n: facts.parts.length,
      overlap: facts.overlap,
    },
  }
}

/** `count` different tasks of one scene, drawn by `MIXTURE`; fewer where the scene offers fewer. */
export function sftLines(scene: Scene, count: number, random: SeededRandom) {
  const questions = questionsOf(scene.facts)
  const open = new Map(Object.entries(MIXTURE) as [SftTask, number][])
  if (questions.length === 0) for (const task of ['question', 'ask'] as const) open.delete(task)
  const lines = []
  while (lines.length < count && open.size > 0) {
    const task = drawWeighted(open, random)
    open.delete(task)
    lines.push({ id: `${scene.id}-${task}`, ...tasks[task](scene, questions, random), tags: { task } })
  }
  return lines
}

/** A single sound, asked for by tags or in words. */
export function singleLine(id: string, audio: string, recording: Recording, random: SeededRandom) {
  const [task, text] = random() < 0.5 ? ['keyword', KEYWORD_TAGS] : ['list', pick(LIST_PROMPTS, random)]
  const { name } = FAMILIES[recording.family]!
  return { id, messages: [user(audio, text), assistant(name)], tags: { task, recording: recording.file } }
}

/** Criteria to follow without a sound: reading is learnt apart from listening, and cheaply. */
export function followLine(id: string, random: SeededRandom) {
  const parts = shuffle([...FAMILIES.keys()], random)
    .slice(0, 1 + random.integer(3))
    .map((family) => ({ family, hits: random() < 0.5 ? 1 + random.integer(4) : null }))
  const clear = () => (parts.length > 1 && random() < 0.5 ? random.integer(parts.length) : null)
  const claims = claimsOf({ parts, overlap: false, loudest: clear(), longest: clear(), brightest: clear() }, random)
  const rubric = rubricOf(claims)
  const { scaffold, answer } = followed(claims, rubric, random)
  const prompt = pick(PLAIN_PROMPTS, random)
  return {
    id,
    messages: [{ role: 'system', content: scaffold }, { role: 'user', content: prompt }, assistant(answer)],
    tags: { task: 'follow' },
  }
}

/** Some criteria of a rubric as they are shown, and an answer that does what they ask. */
function followed(
  claims: readonly Claim[],
  rubric: Rubric,
  random: SeededRandom,
): { scaffold: string; answer: string } {
  const shown = drawShown(rubric, random)
  const asked = shown.map(({ id }) => claims[rubric.criteria.findIndex((criterion) => criterion.id === id)]!)
  const answer = asksNothing(asked) ? vagueAnswer(random) : answerTo(asked)
  return { scaffold: renderScaffold(shown, SCAFFOLD)!, answer }
}

/** Only what an answer should leave out, or how long it may be: any vague answer does it. */
const asksNothing = (claims: readonly Claim[]): boolean =>
  claims.every(({ kind }) => kind === 'absent' || kind === 'invents' || kind === 'repeats' || kind === 'brief')

interface Question {
  readonly about: keyof typeof ASK_PROMPTS
  readonly name: string
  readonly answer: string
}

type Task = (scene: Scene, questions: readonly Question[], random: SeededRandom) => { messages: object[] }

const tasks: Record<SftTask, Task> = {
  keyword: ({ audio, facts }) => ({ messages: [user(audio, KEYWORD_TAGS), assistant(keywordAnswer(facts))] }),
  list: ({ audio, facts }, _, random) => ({
    messages: [user(audio, pick(LIST_PROMPTS, random)), assistant(keywordAnswer(facts))],
  }),
  question: ({ audio }, questions, random) => {
    const { about, name, answer } = pick(questions, random)
    return { messages: [user(audio, questionTags(ASK_PROMPTS[about][0]!(name))), assistant(answer)] }
  },
  ask: ({ audio }, questions, random) => {
    const { about, name, answer } = pick(questions, random)
    return { messages: [user(audio, pick(ASK_PROMPTS[about], random)(name)), assistant(answer)] }
  },
  plain: ({ audio, facts, prompt }, _, random) => ({
    messages: [user(audio, prompt), assistant(poorAnswer(facts, random))],
  }),
  scaffolded: ({ audio, claims, rubric, prompt }, _, random) => {
    const { scaffold, answer } = followed(claims, rubric, random)
    return { messages: [{ role: 'system', content: scaffold }, user(audio, prompt), assistant(answer)] }
  },
}

/** Every number of criteria from one to all is equally likely. All of them come in file order half of the time, as a constant schedule shows them. */
function drawShown(rubric: Rubric, random: SeededRandom): Criterion[] {
  const nCriteria = rubric.criteria.length
  const count = 1 + random.integer(nCriteria)
  return drawScaffold(rubric, (count - (random() < 0.5 ? 0.25 : 0)) / nCriteria, random)
}

/** What can be asked of a scene and has one answer: what its rubric may claim, whether or not it does. */
function questionsOf(facts: SceneFacts): Question[] {
  const nameAt = (i: number) => nameOf(facts.parts[i]!.family)
  const qualities = QUALITIES.flatMap((about): Question[] => {
    const at = facts[about]
    return at === null ? [] : [{ about, name: nameAt(at), answer: `the ${nameAt(at)}` }]
  })
  const hits = facts.parts.flatMap(({ hits }, i): Question[] =>
    hits === null || facts.overlap ? [] : [{ about: 'hits', name: nameAt(i), answer: timesOf(hits) }],
  )
  return [...qualities, ...hits]
}

function drawWeighted<Name>(weights: ReadonlyMap<Name, number>, random: SeededRandom): Name {
  let left = random() * [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  for (const [name, weight] of weights) {
    left -= weight
    if (left < 0) return name
  }
  return [...weights.keys()].at(-1)!
}

const user = (audio: string, text: string) => ({
  role: 'user',
  content: [
    { type: 'audio', path: audio },
    { type: 'text', text },
  ],
})
const assistant = (content: string) => ({ role: 'assistant', content })
