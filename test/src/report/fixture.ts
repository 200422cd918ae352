import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import wavefile from 'wavefile'

// A made-up run folder in the documented format, for tests of the report. Its numbers come from formulas and a fixed
// generator, not from training; everything a reader could see is named FIXTURE.

export interface FixtureOptions {
  /** Score after training minus score before, in the mean. */
  gain?: number
  /** Whether taking the sound away costs anything. */
  listens?: boolean
  nSamples?: number
  nSteps?: number
  group?: number
  clipSeconds?: number
  /** Put into every text that a model or a person could have written. */
  hostile?: string
}

/** Numbers in [0, 1) from the multiplicative generator of Park and Miller (1988). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

const RUBRIC = {
  name: 'fixture-listening',
  criteria: [
    { id: 'names-sound', criterion: 'Names the sound that is heard.', points: 7, tags: ['group:accuracy'] },
    { id: 'counts', criterion: 'Says how many times it is heard.', points: 5, tags: ['group:accuracy'] },
    { id: 'direction', criterion: 'Says whether the pitch rises or falls.', points: 3, tags: ['group:detail'] },
    { id: 'brief', criterion: 'Says it in at most 25 words.', points: 2, tags: ['group:form'] },
    {
      id: 'invents',
      criterion: 'Mentions a sound that is not in the recording.',
      points: -5,
      tags: ['group:invention'],
    },
  ],
}
const SOUNDS = ['rising whistle', 'falling whistle', 'bell', 'drum', 'hum', 'rain']

export async function writeFixtureRun(folder: string, options: FixtureOptions = {}): Promise<void> {
  const {
    gain = 0.25,
    listens = true,
    nSamples = 48,
    nSteps = 120,
    group = 8,
    clipSeconds = 2.4,
    hostile = '',
  } = options
  const random = generator(20261124)
  for (const part of ['audio', 'answers', 'rollouts']) await mkdir(path.join(folder, part), { recursive: true })
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text)
  const lines = (name: string, records: object[]) => write(name, records.map((r) => `${JSON.stringify(r)}\n`).join(''))

  const samples = Array.from({ length: nSamples }, (_, i) => ({
    id: `fixture-${String(i).padStart(3, '0')}${hostile}`,
    sound: SOUNDS[i % SOUNDS.length]!,
    times: 1 + (i % 4),
    audio: `audio/fixture-${i % 12}.wav`,
    prompt: `What do you hear, and how many times?${hostile}`,
  }))
  for (let i = 0; i < Math.min(12, nSamples); i++) {
    const seconds = i === 3 ? clipSeconds * 4 : clipSeconds * (0.6 + random())
    await writeFile(path.join(folder, `audio/fixture-${i}.wav`), sound(i % SOUNDS.length, 1 + (i % 4), seconds, random))
  }

  const judged = (skill: number, sample: (typeof samples)[number]) => {
    const met = RUBRIC.criteria.map(({ points }) => random() < (points > 0 ? 0.15 + 0.8 * skill : 0.5 * (1 - skill)))
    const verdicts = RUBRIC.criteria.map(({ id }, i) => ({
      criterionId: id,
      met: random() < 0.01 ? null : met[i]!,
      reason: `FIXTURE reason: the answer ${met[i] ? 'does' : 'does not do'} this${hostile}`,
    }))
    const earned = RUBRIC.criteria.reduce((sum, { points }, i) => sum + (verdicts[i]!.met ? points : 0), 0)
    const said = met[0] ? sample.sound : 'noise'
    const completion = `A ${said}${met[1] ? `, ${sample.times} times` : ''}${met[2] ? ', and its pitch moves' : ''}.${met[4] ? ' A dog barks as well.' : ''}${met[3] ? '' : ' I would say that there is quite a lot to be heard in this recording, although it is hard to be sure about it.'}${hostile}`
    return { verdicts, completion, score: earned / 17 }
  }

  const evaluations: object[] = []
  for (const [name, skill] of [
    ['before', 0.3],
    ['after', 0.3 + gain],
  ] as const) {
    for (const control of ['none', 'scaffolded', 'silenced', 'swapped']) {
      const without = control === 'silenced' || control === 'swapped'
      const level = without && listens ? 0.12 : control === 'scaffolded' ? skill + 0.2 * (1 - skill) : skill
      const answers = samples.map((sample) => {
        const { verdicts, completion, score } = judged(level, sample)
        return {
          sample_id: sample.id,
          audio: [sample.audio],
          prompt: sample.prompt,
          reference: `FIXTURE: what is right of ${sample.id}.`,
          completion,
          verdicts,
          score,
          rubric: RUBRIC,
        }
      })
      const mean = answers.reduce((sum, { score }) => sum + score, 0) / nSamples
      const error = 1.96 * Math.sqrt(answers.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / nSamples ** 2)
      await lines(`answers/${name}-${control}.jsonl`, answers)
      const groups = [...new Set(RUBRIC.criteria.map(({ tags }) => tags[0]!.slice('group:'.length)))]
      evaluations.push({
        name,
        stage: name === 'before' ? 'sft' : 'rl',
        step: name === 'before' ? 0 : nSteps,
        control,
        score: Math.min(1, Math.max(0, mean)),
        interval: [Math.max(0, mean - error), Math.min(1, mean + error)],
        n_samples: nSamples,
        criteria: groups.map((name) => {
          const members = RUBRIC.criteria.filter(({ tags }) => tags[0] === `group:${name}`)
          const verdicts = answers.flatMap((a) =>
            a.verdicts.filter((v) => members.some(({ id }) => id === v.criterionId)),
          )
          return {
            group: name,
            pass_rate: verdicts.filter(({ met }) => met).length / verdicts.length,
            n: verdicts.length,
            sign: Math.sign(members[0]!.points),
          }
        }),
        answers_file: `answers/${name}-${control}.jsonl`,
      })
    }
  }
  await lines('evaluations.jsonl', evaluations)

  const metrics: object[] = []
  let seconds = 0
  for (let step = 1; step <= 60; step++) {
    seconds += 1.4
    metrics.push({
      stage: 'sft',
      step,
      global_step: step,
      seconds,
      loss: 1.1 + 2.4 * Math.exp(-step / 14) + 0.15 * random(),
      learning_rate: 1e-4 * Math.min(1, step / 6),
      grad_norm: 0.6 + 2 * Math.exp(-step / 10) + 0.2 * random(),
      step_time: 1.4,
      num_tokens: step * 2048,
    })
  }
  for (let step = 1; step <= nSteps; step++) {
    const share = 1 / (1 + Math.exp(125 * ((step - 1) / Math.max(1, nSteps - 1) - 0.2)))
    const skill = 0.3 + gain * (1 - Math.exp(-3 * (step / nSteps)))
    const sample = samples[step % nSamples]!
    const rollouts = Array.from({ length: group }, (_, i) => {
      const ratio = (share * (group - 1 - i)) / Math.max(1, group - 1)
      const shown = RUBRIC.criteria.slice(0, Math.round(ratio * RUBRIC.criteria.length))
      const { verdicts, completion, score } = judged(skill + 0.3 * ratio * (1 - skill), sample)
      const text =
        shown.length === 0
          ? ''
          : `You are a helpful assistant. Consider these evaluation criteria.\n\nPOINTS TO INCLUDE\n${shown
              .filter(({ points }) => points > 0)
              .map(({ criterion }, k) => `${k + 1}. ${criterion}`)
              .join('\n')}\n\nDo not mention the criteria.${hostile}`
      return {
        sample_id: sample.id,
        group_index: i,
        audio: [sample.audio],
        prompt: sample.prompt,
        scaffold: { ratio, shown: shown.map(({ id }) => id), text: text === '' ? null : text },
        completion,
        verdicts,
        reward: score,
        n_tokens: 14 + Math.floor(random() * 30),
        finish_reason: random() < 0.05 ? 'length' : 'stop',
      }
    })
    const mean = rollouts.reduce((sum, { reward }) => sum + reward, 0) / group
    const deviation = Math.sqrt(
      rollouts.reduce((sum, { reward }) => sum + (reward - mean) ** 2, 0) / Math.max(1, group - 1),
    )
    await lines(
      `rollouts/step-${String(60 + step).padStart(6, '0')}.jsonl`,
      rollouts.map((r) => ({ ...r, advantage: (r.reward - mean) / (deviation + 1e-6) })),
    )
    seconds += 6
    metrics.push({
      stage: 'rl',
      step,
      global_step: 60 + step,
      seconds,
      loss: 0.02 * (random() - 0.5),
      reward: mean,
      reward_std: deviation,
      frac_reward_zero_std: 0.1 * random(),
      learning_rate: 1e-6,
      'completions/mean_length': 34 - 12 * (step / nSteps) + 4 * random(),
      'completions/clipped_ratio': 0.05 * random(),
      entropy: 1.4 - 0.8 * (step / nSteps) + 0.1 * random(),
      kl: 0.002 * step * random(),
      grad_norm: 0.4 + 0.3 * random(),
      'scaffold/ratio': share / 2,
      'rubric/accuracy/pass': skill,
      'rubric/detail/pass': skill * 0.8,
      'rubric/invention/pass': 0.4 * (1 - skill),
      sampler_trainer_kl: 1e-6 * random(),
      step_time: 6,
      'time/rollout': 3.3,
      'time/judge': 0.4,
      'time/update': 2.1,
      num_tokens: step * group * 40,
    })
  }
  await lines('metrics.jsonl', metrics)
  await lines('alarms.jsonl', [
    { step: 31, alarm: 'reward-zero-std', message: `FIXTURE: all answers of 3 groups earned the same.${hostile}` },
  ])
  await write(
    'recipe.yaml',
    `# FIXTURE: not a real run\nname: fixture-run\nmodel: { language: "tiny", audio: 'tiny' }\nstages:\n  - sft: { epochs: 3, learning_rate: 1e-4 }\n  - rl:\n      algorithm: grpo\n      group: ${group}\n      scaffold: { group: linear, step: sigmoid, steepness: 125, midpoint: 0.2 }\n      judge: { kind: verifiers } # no model call\nseed: 7\n${hostile === '' ? '' : `note: ${JSON.stringify(hostile)}\n`}`,
  )
  await write(
    'summary.json',
    JSON.stringify({
      name: `FIXTURE run${hostile}`,
      seed: 7,
      started: '2026-11-24T09:00:00Z',
      finished: '2026-11-24T09:16:40Z',
      seconds: seconds + 40,
      time_by_stage: { sft: 84, rl: nSteps * 6 },
      alarms: 1,
      command: `rubato train recipe.yaml${hostile}`,
      environment: { node: 'v20.20.2', platform: 'linux x64', device: 'cpu', threads: 2 },
    }),
  )
}

function sound(kind: number, times: number, seconds: number, random: () => number): Uint8Array {
  const rate = 16_000
  const n = Math.floor(seconds * rate)
  let phase = 0
  const samples = Int16Array.from({ length: n }, (_, i) => {
    const within = ((i / n) * times) % 1
    const envelope =
      Math.min(1, within * 20) * (kind === 2 || kind === 3 ? Math.exp(-6 * within) : Math.sin(Math.PI * within))
    const frequency = [400 + 2400 * within, 2800 - 2400 * within, 880, 110, 180, 0][kind] ?? 0
    phase += (2 * Math.PI * frequency) / rate
    const tone = frequency === 0 ? random() * 2 - 1 : Math.sin(phase) + 0.3 * Math.sin(2 * phase)
    return Math.round(12_000 * envelope * tone + 60 * (random() - 0.5))
  })
  const wav = new wavefile.WaveFile()
  wav.fromScratch(1, rate, '16', samples)
  return wav.toBuffer()
}
