import type { Manner } from '../../chat/manner.ts'

/** What is compared: one model of both modes with models of each alone. */
export interface Arm {
  readonly id: string
  readonly title: string
  readonly modes: readonly Manner[]
  /** Share of the recipe's steps. */
  readonly steps: number
}

/** Less than the recipe trains: fifteen models should not take an afternoon. */
const BOTH = 0.4
/** Half of the steps meet as many conversations of one mode as all of them do of each of two. */
const HALF = BOTH / 2

export const ARMS: readonly Arm[] = [
  { id: 'both', title: 'one model, both modes', modes: ['voice-chat', 'audio-analysis'], steps: BOTH },
  { id: 'chat', title: 'voice chat alone, as many conversations', modes: ['voice-chat'], steps: HALF },
  { id: 'chat-longer', title: 'voice chat alone, as many steps', modes: ['voice-chat'], steps: BOTH },
  { id: 'analysis', title: 'audio analysis alone, as many conversations', modes: ['audio-analysis'], steps: HALF },
  { id: 'analysis-longer', title: 'audio analysis alone, as many steps', modes: ['audio-analysis'], steps: BOTH },
]

/** The arms that learnt a mode alone: from as many conversations of it as the model of both, and for as many steps. */
export const ALONE: Readonly<Record<Manner, { readonly conversations: string; readonly steps: string }>> = {
  'voice-chat': { conversations: 'chat', steps: 'chat-longer' },
  'audio-analysis': { conversations: 'analysis', steps: 'analysis-longer' },
}

export const SEEDS = [1, 2, 3] as const

export const CONTROLS = ['none', 'silenced', 'swapped'] as const
export type AskedControl = (typeof CONTROLS)[number]
