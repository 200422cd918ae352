import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'

/** A file and what is in it. */
export interface HashedFile {
  readonly path: string
  /** Of its bytes; null where there is no such file any more. */
  readonly sha256: string | null
  readonly bytes: number | null
}

/** Hashes of a model's weights by tower, before and after a stage: what a stage left alone has the same twice. */
export interface TowerHashes {
  readonly stage: string
  readonly before: Readonly<Record<string, string>>
  /** Missing while the stage goes on. */
  readonly after?: Readonly<Record<string, string>>
}

/** Where a model comes from: all that is needed to make it again, or to know that it is not what was made. */
export interface Lineage {
  /** Of the run. */
  readonly name: string
  readonly seed: number | string
  readonly recipe: HashedFile
  /** The model that training began with; null of one that began with fresh weights. */
  readonly parents: readonly { readonly model: string; readonly weights: readonly HashedFile[] }[]
  readonly data: readonly HashedFile[]
  readonly stages: readonly {
    readonly stage: string
    readonly kind: string
    readonly steps: number
    readonly of: number | null
    readonly optimiser: string
    readonly learning_rate: number
  }[]
  readonly towers: readonly TowerHashes[]
  /** Mean scores by evaluation and control, so far. */
  readonly scores: Readonly<Record<string, number>>
}

/** SHA-256 of a file, read as a stream. */
export async function hashFile(file: string): Promise<HashedFile> {
  if (!existsSync(file) || !statSync(file).isFile()) return { path: file, sha256: null, bytes: null }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return { path: file, sha256: hash.digest('hex'), bytes: statSync(file).size }
}

/** SHA-256 of arrays by group, in the order of their names. */
export function hashArrays(
  arrays: ReadonlyMap<string, Float32Array>,
  groupOf: (name: string) => string,
): Record<string, string> {
  const hashes = new Map<string, ReturnType<typeof createHash>>()
  for (const name of [...arrays.keys()].sort()) {
    const { buffer, byteOffset, byteLength } = arrays.get(name)!
    const group = groupOf(name)
    const hash = hashes.get(group) ?? createHash('sha256')
    hashes.set(group, hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength)))
  }
  return Object.fromEntries([...hashes].map(([group, hash]) => [group, hash.digest('hex')]))
}

/** Writes `README.md`, a model card as the hub shows it, and `lineage.json` beside a model. */
export async function writeCard(folder: string, lineage: Lineage, about?: string): Promise<void> {
  await writeFile(path.join(folder, 'lineage.json'), `${JSON.stringify(lineage, null, 2)}\n`)
  await writeFile(path.join(folder, 'README.md'), modelCard(lineage, about))
}

/** The card's text. */
export function modelCard(
  { name, seed, recipe, parents, data, stages, towers, scores }: Lineage,
  about?: string,
): string {
  const short = (hash: string | null) => (hash === null ? 'gone' : `\`${hash.slice(0, 12)}\``)
  const file = ({ path: at, sha256 }: HashedFile) => `${path.basename(at)} (${short(sha256)})`
  const table = (head: string[], rows: string[][]) =>
    [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  const base = parents.filter(({ model }) => /^[\w.-]+\/[\w.-]+(@|$)/.test(model)).map(({ model }) => model)
  const moved = towers.flatMap(({ stage, before, after }) =>
    after
      ? Object.keys(before).map((tower) => [
          stage,
          tower,
          before[tower] === after[tower] ? 'as it was' : 'moved',
          short(after[tower]!),
        ])
      : [],
  )
  const parts = [
    [
      '---',
      'library_name: rubato',
      ...(base.length > 0 ? [`base_model: ${base[0]}`] : []),
      'tags:',
      '  - rubato',
      '---',
    ].join('\n'),
    `# ${name}`,
    about ?? '',
    `Trained by Rubato with seed ${seed} from ${file(recipe)}. \`lineage.json\` has all hashes in full.`,
    '## Begins with',
    parents.length === 0
      ? 'Fresh weights, drawn by the seed.'
      : parents
          .map(({ model, weights }) => `- ${model}${weights.length > 0 ? `: ${weights.map(file).join(', ')}` : ''}`)
          .join('\n'),
    '## Data',
    data.map((one) => `- ${file(one)}`).join('\n'),
    '## Stages',
    table(
      ['stage', 'steps', 'optimiser', 'learning rate'],
      stages.map(({ stage, steps, of, optimiser, learning_rate }) => [
        stage,
        of === null || of === steps ? String(steps) : `${steps} of ${of}`,
        optimiser,
        String(learning_rate),
      ]),
    ),
    ...(moved.length > 0 ? ['## What each stage moved', table(['stage', 'tower', 'weights', 'after'], moved)] : []),
    ...(Object.keys(scores).length > 0
      ? [
          '## Scores',
          table(
            ['evaluation', 'mean score'],
            Object.entries(scores).map(([key, score]) => [key, score.toFixed(3)]),
          ),
        ]
      : []),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
