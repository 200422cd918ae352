import { readdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { towerOf } from '../../models/index.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { type Model, modelPlace } from '../model/modelFolder.ts'
import { type Recipe, sourcesOf } from '../recipe/index.ts'
import { type HashedFile, hashArrays, hashFile, type Lineage } from '../runs/card.ts'

/** What of a lineage does not change while a run goes on; files are hashed once. */
export type Origin = Pick<Lineage, 'name' | 'seed' | 'recipe' | 'parents' | 'data'>

/** Hashes the recipe, the model that training begins with, and all data that the recipe names. */
export async function originOf(recipe: Recipe, runPath: string): Promise<Origin> {
  const refs = [
    recipe.data,
    ...recipe.stages.flatMap((stage) => [
      stage.data,
      'test' in stage ? stage.test : undefined,
      'ptx' in stage ? stage.ptx?.data : undefined,
    ]),
    ...recipe.eval.map(({ data }) => data),
  ]
  const paths = [...new Set(refs.flatMap((ref) => (ref ? sourcesOf(ref).map(({ path: file }) => file) : [])))]
  // As the run's recipe names them: a folder that is handed on tells nobody where it stood.
  const fromRun = (file: string) => (path.isAbsolute(file) ? path.relative(path.resolve(runPath), file) : file)
  const named = (file: HashedFile): HashedFile => ({ ...file, path: fromRun(file.path) })
  const parents = typeof recipe.model === 'string' ? [await parentOf(recipe.model)] : []
  return {
    name: recipe.name,
    seed: recipe.seed,
    recipe: named(await hashFile(path.resolve(runPath, 'recipe.yaml'))),
    parents: parents.map(({ model, weights }) => ({ model: fromRun(model), weights: weights.map(named) })),
    data: (await Promise.all(paths.map(hashData))).map(named),
  }
}

async function parentOf(model: string): Promise<Lineage['parents'][number]> {
  const place = modelPlace(await resolveModel(model))
  const weights = readdirSync(place).filter((name) => name.endsWith('.safetensors'))
  return { model, weights: await Promise.all(weights.sort().map((name) => hashFile(path.join(place, name)))) }
}

/** Of an audio folder, its table. */
async function hashData(source: string): Promise<HashedFile> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return hashFile(source)
  const table = readdirSync(source).find((name) => /^metadata\.(jsonl|csv)$/.test(name))
  return hashFile(path.join(source, table ?? ''))
}

/** Hashes of the weights by tower; of a model with an adapter, of the adapter's. */
export async function towerHashes({ policy }: Model): Promise<Record<string, string>> {
  const weights = policy.adapter ? await policy.adapterWeights() : await policy.weights()
  return hashArrays(weights, towerOf)
}
