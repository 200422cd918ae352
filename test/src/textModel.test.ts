import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { importGguf, startEngine } from '../../models/index.ts'
import { openChat } from '../../src/chat.ts'
import { infoOf } from '../../src/info.ts'
import { openModel, saveModel } from '../../src/model/modelFolder.ts'
import { folderWith } from './temporary.ts'

const gguf = path.join(import.meta.dirname, '../goldens/data/gguf/llama.gguf')

describe('a language model that hears nothing', () => {
  it('answers by its own template, is described, and refuses sound by name', async () => {
    const model = path.join(folderWith(), 'model')
    await importGguf(gguf, model)
    const chat = await openChat({ model, maxCompletionTokens: 6 })
    try {
      const asked = [{ role: 'user' as const, content: 'the cat' }]
      const answer = await chat.answer(asked)
      expect(await chat.answer(asked)).toBe(answer)
      const heard = [
        { role: 'user' as const, content: [{ type: 'audio' as const, path: path.join(model, 'absent.wav') }] },
      ]
      await expect(chat.answer(heard)).rejects.toThrow(/absent\.wav/)
    } finally {
      await chat.close()
    }
    const info = await infoOf(model)
    expect(info.Model).toMatchObject({ parameters: 12_448, stored: 'F32' })
    expect(info.Hears).toBeUndefined()
  })

  it('is saved as a folder that opens as the same model', async () => {
    const folder = folderWith()
    const model = path.join(folder, 'model')
    await importGguf(gguf, model)
    const engine = startEngine()
    try {
      const opened = await openModel(model, engine)
      const saved = path.join(folder, 'saved')
      mkdirSync(saved)
      await saveModel(saved, opened, 30)
      const again = await openModel(saved, engine)
      expect(again.policy.config).toEqual(opened.policy.config)
      expect(again.renderer.prompt([{ role: 'user', content: 'a' }], [])).toEqual(
        opened.renderer.prompt([{ role: 'user', content: 'a' }], []),
      )
      expect(await again.policy.weights()).toEqual(await opened.policy.weights())
    } finally {
      await engine.close()
    }
  })
})
