/** Text or tokens that cannot be what they claim: a bad tokenizer file, an unknown token, audio without a placeholder. */
export class TokenizerError extends Error {
  override name = 'TokenizerError'
}
