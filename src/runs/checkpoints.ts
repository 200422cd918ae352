import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { recoverFolders, writeFolderAtomically } from '../../models/index.ts'

export interface Checkpoint {
  /** Step within the run after which it was taken. */
  readonly globalStep: number
  readonly folder: string
}

/** The `checkpoints/` of a run. */
export interface Checkpoints {
  /** From the oldest to the newest. */
  list(): Checkpoint[]
  /** Ends what a killed {@link save} began and clears what it left; only while no other process saves here. */
  recover(): void
  /** Fills a folder aside, flushes it and puts it in place: a run that is killed leaves no half checkpoint. */
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
    recover: () => recoverFolders(root),
    async save(globalStep, fill) {
      const folder = folderOf(globalStep)
      await writeFolderAtomically(folder, fill)
      return { globalStep, folder }
    },
    prune: (keep) => remove(list().slice(0, -keep || undefined)),
    removeAfter: (globalStep) => remove(list().filter((checkpoint) => checkpoint.globalStep > globalStep)),
  }
}
