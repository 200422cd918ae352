/** What cannot be heard or computed: one line that says where, what was found, and what would be right. */
export class AudioError extends Error {
  override name = 'AudioError'
}
