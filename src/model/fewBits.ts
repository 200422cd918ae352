import { createHash } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  type Adapter,
  type AudioLanguageConfig,
  type Bits,
  linearsOf,
  type MappedWeights,
  quantiseCheckpoint,
  readSafetensors,
  towerOf,
  withQuantised,
} from '../../models/index.ts'
import { ownCache } from '../hub/cache.ts'

/** Linears of a model that can be held in few bits: all but those of towers that an adapter trains whole. */
export const linearsInBits = (config: AudioLanguageConfig, adapter: Pick<Adapter, 'trainFully'> | undefined) =>
  new Map([...linearsOf(config)].filter(([module]) => !adapter?.trainFully.includes(towerOf(module))))

/**
 * Linears of a base in few bits beside what stays in its files. They are written once, one tensor at a time, and kept in
 * the cache for the next time (`RUBATO_CACHE`).
 *
 * @param linears  module → [nOut, nIn], see {@link linearsInBits}
 * @param onNotice told when they are written, which takes minutes for a large model
 * @throws CheckpointError for a weight that is missing or not finite
 */
export async function inFewBits(
  place: string,
  linears: ReadonlyMap<string, readonly [number, number]>,
  bits: Bits,
  kept: MappedWeights | undefined,
  onNotice?: (line: string) => void,
): Promise<MappedWeights> {
  const source = readSafetensors(place)
  const folder = path.join(ownCache(process.env), 'quantised', keyOf(source, [...linears.keys()], bits))
  if (!existsSync(folder)) {
    onNotice?.(`linears of ${place} are written in ${bits} bits, once, to ${folder}`)
    await quantiseCheckpoint(source, linears, folder, bits)
  }
  return withQuantised(folder, kept)
}

/** Another file, or the same one written anew, is another key. */
function keyOf({ tensors }: ReturnType<typeof readSafetensors>, modules: readonly string[], bits: Bits): string {
  const files = [...new Set([...tensors.values()].map(({ file }) => realpathSync(file)))].sort()
  const stamps = files.map((file) => {
    const { size, mtimeMs } = statSync(file)
    return [file, size, mtimeMs]
  })
  return createHash('sha256')
    .update(JSON.stringify([stamps, modules, bits]))
    .digest('hex')
    .slice(0, 32)
}
