import path from 'node:path'
import { ADAPTER_WEIGHTS, readPeftConfig, readSafetensors, towerModules } from '../../models/index.ts'
import type { AdapterOptions } from '../recipe/index.ts'

/** Facts of an adapter's folder, from its own files: its base need not be there. @throws CheckpointError */
export function adapterFacts(folder: string): Readonly<Record<string, string | number>> {
  const { json } = readPeftConfig(folder)
  const { tensors } = readSafetensors(path.join(folder, ADAPTER_WEIGHTS))
  const towers = new Map<string, { linears: number; whole: number; numbers: number }>()
  let all = 0
  for (const [key, { shape }] of tensors) {
    const tower = towerOfKey(key)
    const counted = towers.get(tower) ?? { linears: 0, whole: 0, numbers: 0 }
    const numbers = shape.reduce((product, n) => product * n, 1)
    if (key.includes('.lora_')) counted.linears += key.endsWith('.lora_A.weight') ? 1 : 0
    else counted.whole++
    counted.numbers += numbers
    all += numbers
    towers.set(tower, counted)
  }
  const { base_model_name_or_path: base, r, lora_alpha: alpha, use_rslora: rsLora, lora_dropout: dropout } = json
  return {
    folder,
    base: typeof base === 'string' ? base : 'unknown',
    updates: `rank ${r}, alpha ${alpha}${rsLora === true ? ', rank-stabilised' : ''}`,
    ...(typeof dropout === 'number' && dropout > 0 ? { dropout } : {}),
    parameters: all,
    ...Object.fromEntries(
      [...towers].map(([tower, { linears, whole, numbers }]) => {
        const parts = [...(linears > 0 ? [`${linears} linears`] : []), ...(whole > 0 ? [`${whole} tensors whole`] : [])]
        return [tower, `${numbers.toLocaleString('en-US')} in ${parts.join(' and ')}`]
      }),
    ),
  }
}

/** A recipe's adapter in a line. */
export const adapterLine = ({ rank, alpha, rslora, towers, targets, train_whole: whole }: AdapterOptions): string =>
  `LoRA, rank ${rank}, alpha ${alpha}${rslora ? ', rank-stabilised' : ''}, on ${targets.join(', ')} of ${towers.join(', ')}` +
  (whole.length > 0 ? `; whole: ${whole.join(', ')}` : '')

/** The part that a key of `adapter_model.safetensors` belongs to, by either version's names. */
function towerOfKey(key: string): string {
  if (key.includes(`.${towerModules.encoder}.`)) return 'encoder'
  return key.includes(`.${towerModules.projector}.`) ? 'projector' : 'decoder'
}
