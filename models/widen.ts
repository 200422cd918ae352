import { CheckpointError } from './checkpoint/errors.ts'
import type { Safetensors } from './checkpoint/safetensors.ts'

/** A stored tensor. @throws CheckpointError when it is missing or of another shape */
export function checkedTensor(tensors: Safetensors, name: string, shape: readonly number[]): Float32Array {
  const found = tensors.tensors.get(name)?.shape ?? shape
  if (found.join() === shape.join()) return tensors.read(name)
  const { file } = tensors.tensors.get(name)!
  throw new CheckpointError(file, name, `has shape [${found.join(', ')}]. The config asks for [${shape.join(', ')}].`)
}

/** Whether a tensor has one row a word: the embedding, or the head. */
export const isWordTable = (name: string): boolean => /(?:^|\.)(?:embed_tokens|lm_head)\.weight$/.test(name)

/**
 * A stored tensor of a language model whose tables of words had `vocab` rows: these get the rows that `shape` asks for
 * more. New rows are the mean of the old ones, where no word points, so that none is likelier than another.
 *
 * @throws CheckpointError when it is missing or of another shape
 */
export function widenedTensor(
  tensors: Safetensors,
  name: string,
  shape: readonly number[],
  vocab: number,
): Float32Array {
  if (!isWordTable(name) || shape[0] === vocab) return checkedTensor(tensors, name, shape)
  const [rows, width] = shape as [number, number]
  const stored = checkedTensor(tensors, name, [vocab, width])
  const table = new Float32Array(rows * width)
  table.set(stored)
  const mean = new Float64Array(width)
  for (let i = 0; i < stored.length; i++) mean[i % width]! += stored[i]! / vocab
  for (let row = vocab; row < rows; row++) table.set(mean, row * width)
  return table
}
