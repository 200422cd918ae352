/** What is compared: each arm is the ground's reinforcement learning with some of its settings changed. */
export interface Arm {
  readonly id: string
  readonly title: string
  readonly about: 'schedule' | 'ratio' | 'noise'
  /** How much of the rubric answers see, without the wording, which is the ground's. */
  readonly scaffold: string
  readonly overrides?: readonly string[]
  /** What was done to the rubrics that it is trained by; it is evaluated by the whole ones. */
  readonly noise?: Noise
}

export type Noise = 'negated' | 'halved'

// Shown to nobody is "binary, N = 0", which RuscaRL's paper has as its baseline: the wording stays known to the evaluation.
const NONE = 'group: binary, full_reveal_count: 0, step: constant'
const SIGMOID = 'group: linear, step: sigmoid, steepness: 125, midpoint: MIDPOINT'
const ratio = (of: string) => [`stages[0].rl.loss.ratio=${of}`]

export const ARMS: readonly Arm[] = [
  { id: 'none', title: 'GRPO without scaffold', about: 'schedule', scaffold: NONE },
  { id: 'sigmoid', title: 'RuscaRL, sigmoid decay', about: 'schedule', scaffold: SIGMOID },
  { id: 'constant', title: 'scaffold kept on', about: 'schedule', scaffold: 'group: linear, step: constant' },
  { id: 'linear', title: 'linear decay', about: 'schedule', scaffold: 'group: linear, step: linear' },
  {
    id: 'plain/scaffold',
    title: 'ratio plain/scaffold',
    about: 'ratio',
    scaffold: SIGMOID,
    overrides: ratio('plain/scaffold'),
  },
  {
    id: 'scaffold/scaffold',
    title: 'ratio scaffold/scaffold',
    about: 'ratio',
    scaffold: SIGMOID,
    overrides: ratio('scaffold/scaffold'),
  },
  {
    id: 'none negated',
    title: 'GRPO without scaffold, rubric negated',
    about: 'noise',
    scaffold: NONE,
    noise: 'negated',
  },
  { id: 'sigmoid negated', title: 'RuscaRL, rubric negated', about: 'noise', scaffold: SIGMOID, noise: 'negated' },
  { id: 'none halved', title: 'GRPO without scaffold, half removed', about: 'noise', scaffold: NONE, noise: 'halved' },
  { id: 'sigmoid halved', title: 'RuscaRL, half removed', about: 'noise', scaffold: SIGMOID, noise: 'halved' },
]
