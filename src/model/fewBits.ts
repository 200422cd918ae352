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

/**
 * The linears of a base in few bits beside what stays in its files, less the towers that an adapter trains whole. They are
 * written once, one tensor at a time, and kept in the cache for the next run (`RUBATO_CACHE`).
 *
 * @throws CheckpointError for a weight that is missing or not finite
 */
export async function inFewBits(
  place: string,
  config: AudioLanguageConfig,
  bits: Bits,
  { trainFully }: Pick<Adapter, 'trainFully'>,
  kept: MappedWeights | undefined,
): Promise<MappedWeights> {
  const linears = new Map([...linearsOf(config)].filter(([module]) => !trainFully.includes(towerOf(module))))
  const source = readSafetensors(place)
  const folder = path.join(ownCache(process.env), 'quantised', keyOf(source, [...linears.keys()], bits))
  if (!existsSync(folder)) await quantiseCheckpoint(source, linears, folder, bits)
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
