import type { Manner } from '../../chat/manner.ts'

/** What is compared: one model of both modes with a model of each alone. */
export interface Arm {
  readonly id: string
  readonly title: string
  readonly modes: readonly Manner[]
}

export const ARMS: readonly Arm[] = [
  { id: 'both', title: 'one model, both modes', modes: ['voice-chat', 'audio-analysis'] },
  { id: 'chat', title: 'voice chat alone', modes: ['voice-chat'] },
  { id: 'analysis', title: 'audio analysis alone', modes: ['audio-analysis'] },
]

/** The arm that learnt a mode alone. */
export const ALONE: Readonly<Record<Manner, string>> = { 'voice-chat': 'chat', 'audio-analysis': 'analysis' }

export const SEEDS = [1, 2, 3] as const

export const CONTROLS = ['none', 'silenced', 'swapped'] as const
export type AskedControl = (typeof CONTROLS)[number]
