import path from 'node:path'
import { loadRubric, type Rubric } from '../../rubrics/index.ts'

/** A path among rubric names is made absolute; the name of a rubric of the library stays. */
export const resolveRubricName = (name: string, folder: string): string =>
  /[\\/]/.test(name) || /\.(ya?ml|json)$/i.test(name) ? path.resolve(folder, name) : name

/** Rubrics by name or path, each read once. */
export interface RubricStore {
  /** A rubric that is one already is given back. @throws RubricError when there is none or its file is wrong */
  get(rubric: string | Rubric): Promise<Rubric>
}

export function rubricStore(): RubricStore {
  const kept = new Map<string, Promise<Rubric>>()
  return {
    get(rubric) {
      if (typeof rubric !== 'string') return Promise.resolve(rubric)
      const known = kept.get(rubric) ?? loadRubric(rubric)
      kept.set(rubric, known)
      return known
    },
  }
}
