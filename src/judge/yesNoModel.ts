import { startEngine } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { featureStore } from '../features/featureStore.ts'
import { openModel } from '../model/modelFolder.ts'
import { audioPaths, type Message } from '../prompts/message.ts'

/** A model that is asked for the probability of a word and writes nothing. */
export interface YesNoModel {
  /**
   * Probability of Yes against No as the next word of a conversation that ends with a user turn:
   *
   *   p = Σ π(yes forms) / (Σ π(yes forms) + Σ π(no forms))
   *
   * @throws UsageError when the conversation is longer than the model's positions
   */
  probability(messages: readonly Message[]): Promise<number>
  close(): Promise<void>
}

/** Chat templates end the prompt with a line or a token of their own, so that the word begins without a space. */
const YES = ['Yes', 'yes']
const NO = ['No', 'no']

/** @throws UsageError when there is no model in the folder, or its tokenizer begins both words alike */
export async function openYesNoModel(options: {
  readonly model: string
  readonly device?: string
  readonly onNotice?: (line: string) => void
}): Promise<YesNoModel> {
  const { model, device = 'cpu', onNotice = () => {} } = options
  const engine = startEngine({ executionProviders: [device] })
  try {
    const { policy, tokenizer, renderer, maxSeconds } = await openModel(model, engine, { onNotice, frozen: true })
    const firstTokens = (words: readonly string[]) => [
      ...new Set(words.map((word) => tokenizer.encode(word, { special: 'forbid' })[0]!)),
    ]
    const [yes, no] = [firstTokens(YES), firstTokens(NO)]
    // A token that both words begin with (a space of its own) tells nothing.
    const [onlyYes, onlyNo] = [yes.filter((id) => !no.includes(id)), no.filter((id) => !yes.includes(id))]
    if (onlyYes.length === 0 || onlyNo.length === 0) {
      throw new UsageError(`${model}: its tokenizer begins Yes and No with the same token. Let it write JSON.`)
    }
    const store = featureStore({ nMels: policy.nMels, maxSeconds, overLength: 'cut' })
    return {
      close: () => engine.close(),
      async probability(messages) {
        const features = await Promise.all(audioPaths(messages).map((path) => store.get(path)))
        const ids = renderer.prompt(messages, features)
        const { maxPositions } = policy.config.language
        if (ids.length >= maxPositions) {
          throw new UsageError(
            `${model}: the prompt has ${ids.length} tokens and the model ${maxPositions} positions. Lower maxAnswerChars.`,
          )
        }
        const audios = features.map((_, i) => i)
        const words = [...onlyYes, ...onlyNo]
        const logProbs = await policy.logProbs(
          { audios: features, sequences: words.map((id) => ({ ids: [...ids, id], audios })) },
          { tokens: words.map((_, sequence) => ({ sequence, position: ids.length })) },
        )
        const highest = Math.max(...logProbs)
        const mass = (from: number, to: number) =>
          logProbs.slice(from, to).reduce((sum, logProb) => sum + Math.exp(logProb - highest), 0)
        const [forYes, forNo] = [mass(0, onlyYes.length), mass(onlyYes.length, words.length)]
        return forYes / (forYes + forNo)
      },
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}
