import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { mergeMethods, readSafetensors, writeSafetensors } from '../../../models/index.ts'
import { mergeModels, mergeRecipeFrom, readMergeRecipe } from '../../../src/merge/index.ts'
import { folderWith } from '../temporary.ts'

const goldens = path.join(import.meta.dirname, '../../goldens/data/merging')
const model = (name: string) => path.join(goldens, name)
const linear = (...names: string[]) => mergeRecipeFrom(names.map(model), {})

/** A model like `a`, with parts of its config or its weights changed. */
function variant(
  config: object,
  change: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void = () => {},
) {
  const folder = folderWith()
  const own = JSON.parse(readFileSync(path.join(model('a'), 'config.json'), 'utf8'))
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ ...own, ...config }))
  const opened = readSafetensors(model('a'))
  const tensors = new Map([...opened.tensors].map(([name, { shape }]) => [name, { shape, data: opened.read(name) }]))
  change(tensors)
  writeSafetensors(path.join(folder, 'model.safetensors'), tensors)
  return folder
}

describe('mergeModels', () => {
  const recipes = readdirSync(goldens)
    .filter((file) => file.endsWith('.yaml') && !file.startsWith('dare'))
    .map((file) => file.replace('.yaml', ''))

  it('has a golden of mergekit for every method', () => {
    const found = [...recipes, 'dare_linear', 'dare_ties']
    expect(mergeMethods.map(({ name }) => name).filter((name) => !found.includes(name))).toEqual([])
  })

  it.each(recipes)('%s: a recipe of mergekit gives the weights that mergekit gives', async (name) => {
    const out = path.join(folderWith(), 'merged')
    await mergeModels({ recipe: readMergeRecipe(path.join(goldens, `${name}.yaml`)), out })
    const [merged, expected] = [readSafetensors(out), readSafetensors(path.join(goldens, `${name}.safetensors`))]
    expect([...merged.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort())
    for (const tensor of expected.tensors.keys()) {
      const wanted = expected.read(tensor)
      for (const [i, value] of merged.read(tensor).entries())
        expect(value, `${tensor}[${i}]`).toBeCloseTo(wanted[i]!, 5)
    }
  })

  it('writes shards that read as one checkpoint', async () => {
    const folder = folderWith()
    await mergeModels({ recipe: linear('a', 'b'), out: path.join(folder, 'one') })
    await mergeModels({ recipe: linear('a', 'b'), out: path.join(folder, 'many'), shardBytes: 1000 })
    const [one, many] = [readSafetensors(path.join(folder, 'one')), readSafetensors(path.join(folder, 'many'))]
    expect(
      readdirSync(path.join(folder, 'many')).filter((file) => file.endsWith('.safetensors')).length,
    ).toBeGreaterThan(2)
    for (const tensor of one.tensors.keys()) expect(many.read(tensor)).toEqual(one.read(tensor))
  })

  it('writes 16-bit weights and says so in the config', async () => {
    const out = path.join(folderWith(), 'merged')
    await mergeModels({ recipe: { ...linear('a', 'b'), out_dtype: 'bfloat16' }, out })
    const { tensors } = readSafetensors(out)
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['BF16']))
    expect(JSON.parse(readFileSync(path.join(out, 'config.json'), 'utf8')).torch_dtype).toBe('bfloat16')
  })

  it('keeps the tokenizer of the model that is named, and the config of the first', async () => {
    const [a, b] = [folderWith(), folderWith()]
    cpSync(model('a'), a, { recursive: true })
    cpSync(model('b'), b, { recursive: true })
    writeFileSync(path.join(a, 'tokenizer.json'), '"of a"')
    writeFileSync(path.join(a, 'chat_template.jinja'), 'of a')
    writeFileSync(path.join(b, 'tokenizer.json'), '"of b"')
    const out = path.join(folderWith(), 'merged')
    await mergeModels({ recipe: mergeRecipeFrom([a, b], { tokenizer: b }), out })
    expect(readFileSync(path.join(out, 'tokenizer.json'), 'utf8')).toBe('"of b"')
    expect(existsSync(path.join(out, 'chat_template.jinja'))).toBe(false)
  })

  it('writes a card with the lineage: the same inputs have the same hashes, others have others', async () => {
    const folder = folderWith()
    const lineage = async (name: string, ...names: string[]) => {
      await mergeModels({ recipe: linear(...names), out: path.join(folder, name) })
      return JSON.parse(readFileSync(path.join(folder, name, 'merge.json'), 'utf8'))
    }
    const [first, second] = [await lineage('first', 'a', 'b'), await lineage('second', 'base', 'b')]
    expect(first.models[1].sha256).toBe(second.models[1].sha256)
    expect(first.models[0].sha256).not.toBe(second.models[0].sha256)
    expect(first.parameters).toBe(872)
    expect(readFileSync(path.join(folder, 'first', 'README.md'), 'utf8')).toContain(first.models[0].sha256)
  })

  it('names every key of the config in which models compute differently', async () => {
    const other = variant({ rope_theta: 1e6, rms_norm_eps: 1e-5, transformers_version: '9' })
    const merging = mergeModels({ recipe: mergeRecipeFrom([model('a'), other], {}), out: path.join(folderWith(), 'm') })
    await expect(merging).rejects.toThrow(
      /config.json rms_norm_eps: is 0.00001; in .*a it is 0.000001[\s\S]*rope_theta: is 1000000/,
    )
    const allow = ['rope_theta', 'rms_norm_eps']
    await mergeModels({ recipe: mergeRecipeFrom([model('a'), other], {}), out: path.join(folderWith(), 'm'), allow })
  })

  it('names the tensor that is missing or of another shape, and leaves no folder', async () => {
    const out = path.join(folderWith(), 'merged')
    const lacks = variant({}, (tensors) => void tensors.delete('model.norm.weight'))
    await expect(mergeModels({ recipe: mergeRecipeFrom([model('a'), lacks], {}), out })).rejects.toThrow(
      /tensor "model.norm.weight": missing; it is in .*a.model.safetensors/,
    )
    const wider = variant(
      {},
      (tensors) => void tensors.set('model.norm.weight', { shape: [9], data: new Float32Array(9) }),
    )
    await expect(mergeModels({ recipe: mergeRecipeFrom([model('a'), wider], {}), out })).rejects.toThrow(
      /"model.norm.weight": has shape \[9\]; in .* it has \[8\]/,
    )
    expect(existsSync(out)).toBe(false)
  })

  it('leaves out a head that one of them ties to its embedding', async () => {
    const tied = variant({ tie_word_embeddings: true }, (tensors) => void tensors.delete('lm_head.weight'))
    const untold = variant({ tie_word_embeddings: true })
    const out = path.join(folderWith(), 'merged')
    await mergeModels({ recipe: mergeRecipeFrom([tied, untold], {}), out })
    expect(readSafetensors(out).tensors.has('lm_head.weight')).toBe(false)
  })

  it('DARE drops other numbers under another seed, and the same under the same', async () => {
    const folder = folderWith()
    const dare = async (name: string, seed: string) => {
      const flags = { method: 'dare_linear', base: model('base'), parameter: ['density=0.5'], seed }
      await mergeModels({ recipe: mergeRecipeFrom([model('a'), model('b')], flags), out: path.join(folder, name) })
      return readFileSync(path.join(folder, name, 'model.safetensors'))
    }
    const first = await dare('first', '1')
    expect((await dare('again', '1')).equals(first)).toBe(true)
    expect((await dare('other', '2')).equals(first)).toBe(false)
  })
})

describe('what a merge refuses, in one line', () => {
  const yaml = (text: string) => readMergeRecipe(path.join(folderWith({ 'merge.yaml': text }), 'merge.yaml'))
  const merging = (recipe: ReturnType<typeof yaml>) => mergeModels({ recipe, out: path.join(folderWith(), 'm') })

  it.each([
    ['merge_method: tie\nmodels: [{model: a}]', /merge.yaml:1 merge_method: .*"tie".*Did you mean "ties"\?/],
    ['merge_method: linear\nmodels: [{model: a}]\nslices: []', /:3 slices: layers of several models in a row/],
    ['merge_method: linear\nmodels: [{model: a}]\nbase: b', /:3 base: unknown key/],
  ])('%j', (text, message) => {
    expect(() => yaml(text)).toThrow(message)
  })

  it.each([
    ['a parameter of another method', { parameter: ['lambda=2'] }, /"lambda" is read by no step of linear/],
    ['a base that is missing', { method: 'ties' }, /ties: needs a base/],
    ['a parameter that is missing', { method: 'slerp', base: model('b') }, /t: missing for .*; slerp needs it/],
    [
      'a parameter out of range',
      { method: 'ties', base: model('b'), parameter: ['density=2'] },
      /density: is 2. It must be a number from/,
    ],
    ['too few models', { method: 'model_stock', base: model('b') }, /merges 2 or more models beside the base, got 1/],
  ])('%s', async (_, flags, message) => {
    const names = 'base' in flags || 'method' in flags ? [model('a')] : [model('a'), model('b')]
    await expect(merging(mergeRecipeFrom(names, flags))).rejects.toThrow(message)
  })
})
