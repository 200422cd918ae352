import type { PromptPart } from './prompt.ts'

/** One request to a chat model: a prompt and what else decides its reply. */
export interface ChatRequest {
  readonly system?: string
  readonly parts: readonly LoadedPart[]
  /** Changes from one try to the next where a reply could not be read. */
  readonly seed?: number
}

/** A part of a prompt with its sound at hand. */
export type LoadedPart = Extract<PromptPart, { type: 'text' }> | { readonly type: 'audio'; readonly clip: LoadedClip }

export interface LoadedClip {
  /** A whole WAV or MP3 file. */
  readonly bytes: Uint8Array
  readonly format: 'wav' | 'mp3'
}

export interface ChatReply {
  readonly text: string
  /** As the server counted them; null when it did not say. */
  readonly promptTokens: number | null
  readonly completionTokens: number | null
}

/** Why one try gave no reply, and what follows from it. */
export class ChatFault extends Error {
  override name = 'ChatFault'
  /** In metrics: an HTTP status, `network`, `timeout`, `body`. */
  readonly kind: string
  /** `again`: may pass; `item`: this request is wrong, others may not be; `all`: no request will get through. */
  readonly means: 'again' | 'item' | 'all'
  /** Milliseconds for which the endpoint asks to be left alone. */
  readonly restMs?: number
  /** Whether the server may have done the work, and charge for it. */
  readonly charged: boolean

  constructor(
    message: string,
    {
      kind,
      means = 'again',
      restMs,
      charged = false,
    }: { kind: string; means?: 'again' | 'item' | 'all'; restMs?: number; charged?: boolean },
  ) {
    super(message)
    this.kind = kind
    this.means = means
    this.charged = charged
    if (restMs !== undefined) this.restMs = restMs
  }
}
