/** The run was stopped from outside and has saved; `message` says how to go on. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}
