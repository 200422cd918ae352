import type { MetricsRecord } from './records.ts'

/** A chart that a stage may have: which metrics, under which names. */
export interface PanelSpec {
  title: string
  about: string
  series: { key: string; label: string }[]
  band?: string
  stages?: string[]
  exact?: true
  more?: true
  /** Drawn only where this was logged. */
  needs?: string
}

/** Every chart, in the order of the page; a later one of the same title stands in where the earlier has no figures. */
export const PANELS: PanelSpec[] = [
  {
    title: 'Loss',
    about: 'Mean negative log-likelihood of a target token.',
    series: [{ key: 'loss', label: 'loss' }],
    stages: ['sft'],
  },
  {
    title: 'Pairs in the right order',
    about:
      'Share of pairs whose chosen answer has the higher reward: ln π/π_ref of preference learning, or a reward model’s number.',
    series: [
      { key: 'rewards/accuracies', label: 'preference' },
      { key: 'accuracy', label: 'reward model' },
    ],
    stages: ['preference', 'online_preference', 'reward'],
  },
  {
    title: 'Margin',
    about: 'Mean reward of the better answer less that of the worse.',
    series: [
      { key: 'rewards/margins', label: 'preference' },
      { key: 'margin', label: 'reward model' },
    ],
    stages: ['preference', 'online_preference', 'reward'],
  },
  {
    title: 'Log-probability of chosen and rejected answers',
    about: 'Nats. Both falling while the margin grows is the known drift of DPO.',
    series: [
      { key: 'logps/chosen', label: 'chosen' },
      { key: 'logps/rejected', label: 'rejected' },
    ],
    stages: ['preference', 'online_preference'],
  },
  {
    title: 'Pairs of a step',
    about: 'Prompts that gave a better and a worse answer.',
    series: [{ key: 'pairs/learnt', label: 'pairs' }],
    exact: true,
    stages: ['online_preference'],
  },
  {
    title: 'Reward model and verifiers',
    about: 'What a reward model says, and the score that its word is shaped with.',
    series: [
      { key: 'reward/model', label: 'reward model' },
      { key: 'reward/verified', label: 'score' },
    ],
    needs: 'reward/model',
    stages: ['rl', 'online_preference'],
  },
  {
    title: 'Values and returns',
    about: 'Mean value at sampling, and what it should have been.',
    series: [
      { key: 'values/old_mean', label: 'values' },
      { key: 'returns/mean', label: 'returns' },
    ],
    needs: 'values/old_mean',
    stages: ['rl'],
  },
  {
    title: 'Reward',
    about: 'Mean over the answers of a step; the band is the standard deviation within a group.',
    series: [{ key: 'reward', label: 'reward' }],
    band: 'reward_std',
    stages: ['rl', 'online_preference'],
  },
  {
    title: 'Reward with and without scaffold',
    about: 'Answers that saw no criterion, and answers that saw some. The plain ones are what training is after.',
    series: [
      { key: 'reward/plain', label: 'plain' },
      { key: 'reward/scaffolded', label: 'scaffolded' },
    ],
    stages: ['rl'],
  },
  {
    title: 'Reward and held-out score',
    about:
      'The same answers by the rubric that is trained on, and by one that is not. The first alone rising is reward hacking.',
    series: [
      { key: 'reward', label: 'reward' },
      { key: 'reward/held_out', label: 'held out' },
    ],
    needs: 'reward/held_out',
    stages: ['rl'],
    more: true,
  },
  {
    title: 'Scaffold ratio',
    about: 'Mean share of the rubric shown to the answers of a step.',
    series: [{ key: 'scaffold/ratio', label: 'ratio' }],
    exact: true,
    stages: ['rl'],
  },
  {
    title: 'Length of an answer',
    about: 'Mean tokens of a completion.',
    series: [{ key: 'completions/mean_length', label: 'tokens' }],
    stages: ['rl'],
  },
  {
    title: 'Entropy',
    about: 'Of the next token, in nats.',
    series: [{ key: 'entropy', label: 'entropy' }],
    stages: ['rl'],
  },
  {
    title: 'KL',
    about: 'From the reference policy, in nats a token.',
    series: [{ key: 'kl', label: 'kl' }],
    stages: ['rl'],
  },
  { title: 'Gradient norm', about: 'Before clipping.', series: [{ key: 'grad_norm', label: 'norm' }] },
  { title: 'Loss', about: 'The stage’s own objective.', series: [{ key: 'loss', label: 'loss' }], more: true },
  { title: 'Learning rate', about: '', series: [{ key: 'learning_rate', label: 'rate' }], exact: true, more: true },
  {
    title: 'Groups without a signal',
    about: 'Share of prompts whose answers all had the same reward.',
    series: [{ key: 'frac_reward_zero_std', label: 'share' }],
    more: true,
  },
  {
    title: 'Answers cut off or empty',
    about: 'Share that reached the token limit, and share without a word.',
    series: [
      { key: 'completions/clipped_ratio', label: 'cut off' },
      { key: 'completions/empty_ratio', label: 'empty' },
    ],
    more: true,
  },
  {
    title: 'Clipped tokens',
    about: 'Share whose probability ratio left the clip region.',
    series: [{ key: 'clip_ratio/region_mean', label: 'share' }],
    more: true,
  },
  {
    title: 'Sampler against trainer',
    about: 'KL between the probabilities at sampling and at training, in nats.',
    series: [{ key: 'sampler_trainer_kl', label: 'kl' }],
    more: true,
  },
  { title: 'Step time', about: 'Seconds a step.', series: [{ key: 'step_time', label: 'seconds' }], more: true },
]

/** What tasks are drawn by, where a stage has samples of several: their loss, or the reward of their answers. */
export const TASK_CURVES = [
  {
    of: 'loss',
    title: 'Loss by task',
    about: 'Mean negative log-likelihood of a target token, over the samples of one task.',
  },
  { of: 'reward', title: 'Reward by task', about: 'Mean over the answers of a step to the samples of one task.' },
] as const

/** The chart of all tasks that a stage logged. */
export function taskSpec(
  records: readonly MetricsRecord[],
  { of, title, about }: (typeof TASK_CURVES)[number],
): PanelSpec {
  return { title, about, series: seriesOf(records, 'task/', `/${of}`) }
}

/** How often criteria were met, over all answers and over those that were shown none of them. */
export const METS = {
  all: {
    suffix: '/pass',
    title: 'Criteria met',
    about: 'Share of the answers of a step that met the criteria of a group.',
  },
  plain: {
    suffix: '/plain_pass',
    title: 'Criteria met without scaffold',
    about: 'The same over the answers that were shown nothing of the rubric: what has been learnt.',
  },
}

/** The chart of all groups of criteria that a stage logged. */
export function criteriaSpec(records: readonly MetricsRecord[], { suffix, title, about }: typeof METS.all): PanelSpec {
  return { title, about, series: seriesOf(records, 'rubric/', suffix) }
}

/** A line for every metric that begins and ends so, named after what stands between. */
function seriesOf(records: readonly MetricsRecord[], prefix: string, suffix: string): PanelSpec['series'] {
  const isOne = (key: string) => key.startsWith(prefix) && key.endsWith(suffix)
  const keys = new Set(records.flatMap((record) => Object.keys(record).filter(isOne)))
  return [...keys].sort().map((key) => ({ key, label: key.slice(prefix.length, -suffix.length) }))
}
