import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

export interface Checkpoint {
  /** Step within the run after which it was taken. */
  readonly globalStep: number
  readonly folder: string
}

/** The `checkpoints/` of a run. */
export interface Checkpoints {
  /** From the oldest to the newest. */
  list(): Checkpoint[]
  /** Fills a folder aside and puts it in place when it is whole: a run that is killed leaves no half checkpoint. */
  save(globalStep: number, fill: (folder: string) => Promise<void>): Promise<Checkpoint>
  /** Removes all but the newest `keep`. */
  prune(keep: number): void
  removeAfter(globalStep: number): void
}

export function checkpoints(runFolder: string): Checkpoints {
  const root = path.join(runFolder, 'checkpoints')
  const folderOf = (globalStep: number) => path.join(root, `step-${globalStep}`)
  const list = (): Checkpoint[] =>
    (existsSync(root) ? readdirSync(root) : [])
      .flatMap((name) => {
        const step = /^step-(\d+)$/.exec(name)?.[1]
        return step === undefined ? [] : [{ globalStep: Number(step), folder: path.join(root, name) }]
      })
      .sort((a, b) => a.globalStep - b.globalStep)
  const remove = (condemned: readonly Checkpoint[]) => {
    for (const { folder } of condemned) rmSync(folder, { recursive: true })
  }
  return {
    list,
    async save(globalStep, fill) {
      const folder = folderOf(globalStep)
      const aside = path.join(root, `.step-${globalStep}.tmp`)
      rmSync(aside, { recursive: true, force: true })
      mkdirSync(aside, { recursive: true })
      await fill(aside)
      rmSync(folder, { recursive: true, force: true })
      renameSync(aside, folder)
      return { globalStep, folder }
    },
    prune: (keep) => remove(list().slice(0, -keep || undefined)),
    removeAfter: (globalStep) => remove(list().filter((checkpoint) => checkpoint.globalStep > globalStep)),
  }
}
