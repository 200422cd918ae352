import { existsSync, renameSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { evaluateModel, openRun, seededRandom, silentProgress, trainRun } from '../../../src/index.ts'
import { fingerprint, jsonLines, readJsonLines, writeText } from '../common/files.ts'
import type { RecipeText, Suite } from './experiment.ts'

/** Tokens after which every answer of the suite is cut: no right one is longer. */
export const MAX_TOKENS = 16

/** A suite of one seed in `root/seed-N`: whatever is there already was made of the same things and is used as it is. */
export function openSuite(root: string, seed: number, say: (what: string) => void): Suite {
  const folder = path.join(root, `seed-${seed}`)
  const made: Suite['made'] = async (name, of, make) => {
    const { dir, name: stem, ext } = path.parse(name)
    const to = path.join(folder, dir, `${stem}-${fingerprint(JSON.stringify(of))}${ext}`)
    if (!existsSync(to)) {
      say(stem)
      await make(to)
    }
    return to
  }
  return {
    seed,
    say,
    made,
    random: (name) => seededRandom(`suite/${seed}`).child(name),
    data(name, rows) {
      const text = jsonLines(rows)
      const file = `${name}-${fingerprint(text)}.jsonl`
      const known = path.join(folder, 'data', file)
      return existsSync(known) ? known : writeText(path.join(folder, 'data'), file, text)
    },
    async train(recipe) {
      const runFolder = path.join(folder, `${recipe.name}-${fingerprint(JSON.stringify(recipe))}`)
      if (!existsSync(path.join(runFolder, 'summary.json'))) await train(recipe, runFolder)
      return openRun(runFolder)
    },
    async scores(model, data) {
      const answersFile = await made('answers.jsonl', { model, data }, async (to) => {
        const aside = `${to}.part`
        await evaluateModel({
          model,
          data,
          controls: ['none'],
          maxCompletionTokens: MAX_TOKENS,
          seed,
          answersFile: aside,
        })
        renameSync(aside, to)
      })
      return readJsonLines<{ score: number }>(answersFile).map(({ score }) => score)
    },
  }

  async function train(recipe: RecipeText, runFolder: string): Promise<void> {
    const resume = existsSync(path.join(runFolder, 'recipe.yaml')) // a suite that was stopped goes on within the training
    say(resume ? `${recipe.name}, going on` : recipe.name)
    await trainRun({
      recipeFile: writeText(folder, `${path.basename(runFolder)}.yaml`, stringify({ ...recipe, seed })),
      runFolder,
      resume,
      progress: silentProgress,
    })
  }
}
