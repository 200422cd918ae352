import { copyFileSync, readdirSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { repositoryFolder } from '../../../src/hub/cache.ts'
import { resolveModel } from '../../../src/hub/resolveModel.ts'
import { folderWith } from '../temporary.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')

describe('what is called a model', () => {
  it('is a folder as it is, and any path that is not there', async () => {
    const folder = folderWith()
    expect(await resolveModel(folder)).toBe(folder)
    expect(await resolveModel('./not/there')).toBe('./not/there')
  })

  it('is a GGUF file, imported once into the cache and again when it has changed', async () => {
    const folder = folderWith()
    const file = path.join(folder, 'tiny.gguf')
    copyFileSync(gguf, file)
    const environment = { RUBATO_CACHE: path.join(folder, 'cache') }
    const notices: string[] = []
    const options = { environment, onNotice: (line: string) => void notices.push(line) }
    const imported = await resolveModel(file, options)
    expect(readdirSync(imported).sort()).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    expect(await resolveModel(file, options)).toBe(imported)
    expect(notices).toEqual([`importing ${file} into ${imported}`])
    utimesSync(file, new Date(), new Date(Date.now() + 5000))
    expect(await resolveModel(file, options)).not.toBe(imported)
  })
})

describe('the cache', () => {
  it.each([
    [{ HF_HUB_CACHE: '/a', HF_HOME: '/b' }, '/a'],
    [{ HUGGINGFACE_HUB_CACHE: '/a' }, '/a'],
    [{ HF_HOME: '/b', XDG_CACHE_HOME: '/c' }, '/b/hub'],
    [{ XDG_CACHE_HOME: '/c' }, '/c/huggingface/hub'],
  ])('lies where huggingface_hub has it: %j', (environment, place) => {
    expect(repositoryFolder('a/b', environment)).toBe(path.join(place, 'models--a--b'))
  })
})
