import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Adapter, importGguf, linearsOf, writeAdapter } from '../../../models/index.ts'
import { configOf } from '../../../src/model/modelFolder.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')

/** A small model of text, in its folder. */
export async function saveBase(folder: string): Promise<void> {
  mkdirSync(path.dirname(folder), { recursive: true })
  await importGguf(gguf, folder)
}

/** An adapter of that model whose updates are not 0, in its folder; `named` is what it calls its base. */
export function saveAdapter(folder: string, base: string, named: string, rank = 2): void {
  const config = configOf(base)
  const linears = new Map([...linearsOf(config).keys()].map((module) => [module, { rank, alpha: 4 * rank }]))
  const own: Adapter = { linears, rsLora: false, dropout: 0, trainFully: [] }
  const shapes = new Map<string, readonly number[]>()
  for (const [module, [nOut, nIn]] of linearsOf(config)) {
    shapes.set(`${module}.lora_A.weight`, [rank, nIn]).set(`${module}.lora_B.weight`, [nOut, rank])
  }
  const weights = new Map(
    [...shapes].map(([name, [rows, columns]]) => [
      name,
      Float32Array.from({ length: rows! * columns! }, (_, i) => 0.4 * Math.sin(i * i + name.length)),
    ]),
  )
  mkdirSync(folder, { recursive: true })
  writeAdapter(folder, { adapter: own, weights, shapes, config, base: named })
}
