/** A sound that cannot be used: one line naming the source, what was found there, and what would be right. */
export class AudioError extends Error {
  override name = 'AudioError'
}
