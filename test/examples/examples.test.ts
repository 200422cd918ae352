import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { rlLoop } from '../../examples/rlLoop.ts'
import { silentProgress, trainRun } from '../../src/index.ts'
import { folderToRemove } from '../src/temporary.ts'
import { tinyFiles, trainTiny } from '../src/tinyRun.ts'

// The examples run as they are, on a model of some thousand parameters in place of the quickstart's.
const root = path.join(import.meta.dirname, '../..')
let model: string
let asked: string
beforeAll(async () => {
  const files = folderToRemove(tinyFiles())
  await trainTiny(files, ['stages[0].sft.steps=4', 'stages[1].rl.steps=1', 'stages[2].rl.steps=1', 'eval=[]'])
  model = path.join(files, 'run')
  asked = path.join(files, 'asked.jsonl')
})

describe('examples/rlLoop.ts', () => {
  it('takes its steps, tells the reward of each, and leaves a model that has moved', async () => {
    const lines: string[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
    const out = path.join(folderToRemove(), 'loop')
    const rewards = await rlLoop(model, asked, out, {
      steps: 3,
      prompts: 2,
      group: 4,
      learningRate: 1e-3,
      maxNewTokens: 8,
      seed: 1,
    })
    log.mockRestore()
    expect(rewards).toHaveLength(3)
    expect(lines[2]).toMatch(/^step 3: reward -?\d\.\d{3}, \d of 2 groups equal, loss -?\d\.\d{4}$/)
    const weights = (folder: string) => readFileSync(path.join(folder, 'model.safetensors'))
    expect(weights(out).equals(weights(model))).toBe(false)
    expect(existsSync(path.join(out, 'tokenizer.json'))).toBe(true)
  })
})

describe('examples/own', () => {
  it('trains the recipe that the README shows, on the recordings beside it', async () => {
    const { before, after } = await trainRun({
      recipeFile: path.join(root, 'examples/own/recipe.yaml'),
      overrides: [`model=${model}`, 'stages[0].rl.steps=2', 'stages[0].rl.group=2', 'stages[0].rl.prompts=2'],
      runFolder: path.join(folderToRemove(), 'run'),
      progress: silentProgress,
    })
    expect(Object.keys(before!)).toEqual(['none', 'silenced'])
    expect(Object.keys(after!)).toEqual(['none', 'silenced'])
  })

  it('stands in the README as it stands in the folder', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
    const file = (name: string) => readFileSync(path.join(root, 'examples/own', name), 'utf8')
    expect(readme).toContain(file('recipe.yaml'))
    expect(readme).toContain(file('main.ts').replace('../../src/index.ts', 'rubato'))
  })
})
