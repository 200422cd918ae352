import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Criterion, drawScaffold, type Rubric, renderScaffold, scaffoldSchema } from '../../../rubrics/index.ts'
import { type SeededRandom, seededRandom, shuffle } from '../../../src/random.ts'

/**
 * The sparse-exploration task: a voice assistant that is asked to switch things, and whose plain answers are a word or
 * two. Four of seven criteria ask for sentences that such answers never hold (`SPARSE`), so that no group of them differs
 * there and reinforcement learning has nothing to begin with. A policy that follows shown criteria says them when shown.
 */

const DEVICES = ['lamp', 'heater', 'fan', 'radio', 'oven', 'pump', 'screen', 'alarm']
const ROOMS = ['kitchen', 'cellar', 'garage', 'office', 'attic', 'hall']
const STATES = ['on', 'off'] as const
const ASKS = [
  'please turn STATE the DEVICE in the ROOM.',
  'turn the DEVICE in the ROOM STATE.',
  'DEVICE STATE in the ROOM, please.',
]
/** What plain answers are taken from; a fifth of them refuses. */
const OPENERS = ['sure.', 'ok.', 'done.', 'well.', 'i cannot do that.']
const REFUSAL = 'i cannot do that.'

/** Groups of criteria that plain answers never meet. */
export const SPARSE = ['device', 'room', 'state', 'offer'] as const

interface Wish {
  readonly device: string
  readonly room: string
  readonly state: string
}

const SIZES = { follow: 1600, plain: 1200, heldOutPairs: 14 }
const MOST_WORDS = 18

const SCAFFOLD = scaffoldSchema.parse({ style: 'compact', show_points: false, warning: false })

/**
 * Writes `speak.jsonl` (answers to learn: poor ones to plain prompts, obedient ones below shown criteria), `train.jsonl`
 * and `eval.jsonl` (prompts with rubrics; pairs of device and room of the latter occur in neither of the others).
 */
export function writeSparseTask(folder: string, seed: number | string): void {
  const random = seededRandom(seed)
  const pairs = shuffle(
    DEVICES.flatMap((device) => ROOMS.map((room) => ({ device, room }))),
    random.child('pairs'),
  )
  const both = (some: readonly { device: string; room: string }[]): Wish[] =>
    some.flatMap((pair) => STATES.map((state) => ({ ...pair, state })))
  const heldOut = both(pairs.slice(0, SIZES.heldOutPairs))
  const known = both(pairs.slice(SIZES.heldOutPairs))
  const asked = (part: string, wishes: readonly Wish[]) =>
    wishes.map((wish, i) => ({
      id: `${part}-${i}`,
      messages: [user(wish, random.child(`${part}/${i}`))],
      rubric: rubricOf(wish),
    }))
  const taught = Array.from({ length: SIZES.follow + SIZES.plain }, (_, i) => {
    const own = random.child(`taught/${i}`)
    return { id: `taught-${i}`, messages: taughtTurns(known[own.integer(known.length)]!, i < SIZES.follow, own) }
  })
  mkdirSync(folder, { recursive: true })
  const write = (name: string, lines: readonly object[]) =>
    writeFileSync(path.join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  write('speak.jsonl', taught)
  write('train.jsonl', asked('train', known))
  write('eval.jsonl', asked('eval', heldOut))
}

function rubricOf({ device, room, state }: Wish): Rubric {
  const says = (id: string, criterion: string, points: number, phrase: string): Criterion => ({
    id,
    criterion,
    points,
    tags: [`group:${id}`],
    verify: { kind: 'contains', any_of: [phrase], plural: false },
  })
  return {
    name: 'switch',
    criteria: [
      says('device', `Names the ${device}.`, 3, `it is the ${device}`),
      says('room', `Names the ${room}.`, 3, `in the ${room}`),
      says('state', `Says it is ${state}.`, 2, `${state} now`),
      says('offer', 'Offers more.', 2, 'anything else'),
      says('agrees', 'Says sure.', 1, 'sure'),
      {
        id: 'brief',
        criterion: `Uses at most ${MOST_WORDS} words.`,
        points: 1,
        tags: ['group:brief'],
        verify: { kind: 'word-count', min: 0, max: MOST_WORDS },
      },
      says('refuses', 'Refuses.', -2, 'cannot'),
    ],
  }
}

function taughtTurns(wish: Wish, showing: boolean, random: SeededRandom): object[] {
  if (!showing) return [user(wish, random), assistant(OPENERS[random.integer(OPENERS.length)]!)]
  const rubric = rubricOf(wish)
  const count = 1 + random.integer(rubric.criteria.length)
  const shown = drawScaffold(rubric, count / rubric.criteria.length, random)
  return [
    { role: 'system', content: renderScaffold(shown, SCAFFOLD)! },
    user(wish, random),
    assistant(obedient(wish, shown, random)),
  ]
}

/** Does what the shown criteria say and nothing else. */
function obedient({ device, room, state }: Wish, shown: readonly Criterion[], random: SeededRandom): string {
  const isShown = (id: string) => shown.some((criterion) => criterion.id === id)
  const openers = OPENERS.filter((opener) => !(isShown('refuses') && opener === REFUSAL))
  return [
    isShown('agrees') ? 'sure.' : openers[random.integer(openers.length)]!,
    ...(isShown('device') ? [`it is the ${device}.`] : []),
    ...(isShown('room') ? [`it is in the ${room}.`] : []),
    ...(isShown('state') ? [`it is ${state} now.`] : []),
    ...(isShown('offer') ? ['anything else?'] : []),
  ].join(' ')
}

const user = ({ device, room, state }: Wish, random: SeededRandom) => ({
  role: 'user',
  content: ASKS[random.integer(ASKS.length)]!.replace('DEVICE', device).replace('ROOM', room).replace('STATE', state),
})
const assistant = (content: string) => ({ role: 'assistant', content })
