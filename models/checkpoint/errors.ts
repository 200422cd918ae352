/** A checkpoint that is not what it says: names the file, the tensor if there is one, what was found and what would be right. */
export class CheckpointError extends Error {
  override name = 'CheckpointError'
  readonly file: string
  readonly tensor: string | undefined

  constructor(file: string, tensor: string | undefined, problem: string) {
    super(`${file}${tensor === undefined ? '' : ` tensor ${JSON.stringify(tensor)}`}: ${problem}`)
    this.file = file
    this.tensor = tensor
  }
}
