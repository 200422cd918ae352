import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { estimate } from '../../src/estimate.ts'
import { activations, forwardFlops } from '../../src/model/cost.ts'
import { towerOf } from '../../src/model/towers.ts'
import { readRecipe } from '../../src/recipe/index.ts'
import { folderWith } from './temporary.ts'
import { tinyFiles } from './tinyRun.ts'

const config = {
  audio: { nMels: 80, hidden: 16, nLayers: 2, nHeads: 2, ffn: 64, pool: 2 },
  language: {
    vocab: 100,
    hidden: 32,
    nLayers: 3,
    nHeads: 4,
    nKvHeads: 2,
    ffn: 48,
    ropeTheta: 1e4,
    rmsEpsilon: 1e-6,
    tied: true,
    maxPositions: 64,
  },
}
const text = { nAudios: 0, nFrames: 0, nSequences: 1, time: 1, nTargets: 1 }

describe('forwardFlops', () => {
  it('is two operations a weight and token, and those of attention, for text', () => {
    // q and o: 32×32 each, k and v: 32×16 each, three of 32×48; attention over one token: 2 × 32; head: 32×100.
    const layer = 2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 48 + 2 * 32
    expect(forwardFlops(config, text)).toBe(2 * (3 * layer + 32 * 100))
  })

  it('counts clips of their own: convolutions, blocks and attention over their positions', () => {
    const heard = forwardFlops(config, { ...text, nAudios: 1, nFrames: 8 }) - forwardFlops(config, text)
    const convolutions = 8 * 3 * 80 * 16 + 4 * 3 * 16 * 16
    const block = 4 * (4 * 16 * 16 + 2 * 16 * 64 + 2 * 4 * 16)
    expect(heard).toBe(2 * (convolutions + 2 * block))
  })

  it('and what is held grow with the batch in proportion', () => {
    const twice = { ...text, nSequences: 2, nTargets: 2 }
    expect(forwardFlops(config, twice)).toBe(2 * forwardFlops(config, text))
    expect(activations(config, twice)).toBe(2 * activations(config, text))
  })
})

describe('estimate', () => {
  it('names what the recipe will do and what it takes', async () => {
    const recipe = await readRecipe(path.join(folderWith(tinyFiles()), 'recipe.yaml'))
    const found = await estimate(recipe)
    expect(Object.keys(found)).toEqual([
      'parameters',
      'trains',
      'stage 1, sft',
      'stage 2, rl',
      'stage 3, rl',
      'evaluation 1',
      'memory',
      'time',
    ])
    expect(found.parameters).toMatch(/^24\.\d k \(audio tower .* k, projector .*, language model .* k\)$/)
    expect(found.trains).toMatch(/^encoder (\S+) k of \1 k, projector .* of .*, decoder .* k of .* k$/)
    expect(found['stage 1, sft']).toMatch(/^7 steps of 4 samples, up to \d+ tokens each, from 9$/)
    expect(found['stage 2, rl']).toMatch(/^5 steps of 2 prompts × 4 answers, up to \d+ \+ 8 tokens each, from 9$/)
    expect(found['evaluation 1']).toBe('9 samples, none, scaffolded, silenced, swapped, before and after')
    expect(found.memory).toBe('about 0.4 GB')
    expect(found.time).toMatch(/^0 s to \d s, at \d+ GFLOP\/s in matrix products, measured now$/)
  })

  it('says what each stage trains where they differ', async () => {
    const recipe = await readRecipe(path.join(folderWith(tinyFiles()), 'recipe.yaml'), [
      'stages[0].sft.freeze=[encoder, decoder]',
      'eval=[]',
    ])
    const found = await estimate(recipe)
    expect(found['stage 1 trains']).toMatch(/^encoder frozen, projector .* of .*, decoder frozen$/)
    expect(found['stage 2 trains']).toMatch(/^encoder .* of .*, projector .* of .*, decoder .* of .*$/)
  })
})

it('tensors are sorted into the towers by their names', () => {
  expect(towerOf('audio_tower.conv1.weight')).toBe('audio tower')
  expect(towerOf('language_model.model.norm.weight')).toBe('language model')
  expect(towerOf('lm_head.weight')).toBe('lm_head')
})
