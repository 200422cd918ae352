import { parquetReadObjects, type SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Rubric } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'
import { type Message, plainText } from '../prompts/message.ts'

/** One row of RuscaRL's training data, as verl reads it (papers.md §1.1). */
export interface RuscarlRow {
  readonly data_source: string
  readonly prompt: readonly { readonly role: string; readonly content: string }[]
  readonly ability: string
  readonly reward_model: RewardModel
  /** Copies, since verl's reward function is given nothing else; `index` names the sample. */
  readonly extra_info: {
    readonly index: string
    readonly prompt: RuscarlRow['prompt']
    readonly reward_model: RewardModel
  }
}

interface RewardModel {
  readonly style: 'rubric'
  readonly rubrics: readonly { readonly criterion: string; readonly points: number; readonly tags: readonly string[] }[]
  readonly ground_truth: string
}

/** What a row is made from: a sample with its rubric, or a rubric alone, whose prompt is empty. */
export interface RowSource {
  readonly id: string
  readonly messages: readonly Message[]
  readonly rubric: Rubric
  readonly reference?: string
}

/** A row, and what it cannot hold, one line each: clips, and verifiers other than tags. */
export function ruscarlRow({ id, messages, rubric, reference }: RowSource): { row: RuscarlRow; left: string[] } {
  const clips = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.filter(({ type }) => type === 'audio'),
  )
  const verified = rubric.criteria.filter(({ verify }) => verify !== undefined)
  const left = [
    ...(clips.length > 0 ? [`${id}: ${clips.length} clips, which a row cannot hold; it says [audio] instead`] : []),
    ...(verified.length > 0 ? [`${id}: the verifiers of ${verified.length} criteria; a judge decides them there`] : []),
  ]
  const prompt = messages.map((message) => ({
    role: message.role,
    content: plainText([message]).replace(`${message.role}: `, ''),
  }))
  const reward: RewardModel = {
    style: 'rubric',
    rubrics: rubric.criteria.map(({ criterion, points, tags = [] }) => ({ criterion, points, tags })),
    ground_truth: reference ?? '',
  }
  const row: RuscarlRow = {
    data_source: 'rubato',
    prompt,
    ability: 'open',
    reward_model: reward,
    extra_info: { index: id, prompt, reward_model: reward },
  }
  return { row, left }
}

/** Rows as a Parquet file, with the columns that verl's data sets have. */
export function writeParquet(rows: readonly RuscarlRow[]): Uint8Array {
  const names = ['data_source', 'prompt', 'ability', 'reward_model', 'extra_info'] as const
  const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name]) }))
  return new Uint8Array(parquetWriteBuffer({ columnData, schema: SCHEMA }))
}

/**
 * Rows of a Parquet file as plain values: whole numbers of 64 bits become numbers, whatever columns there are.
 *
 * @throws UsageError for a file that is no Parquet
 */
export async function readParquet(bytes: Uint8Array, file: string): Promise<Record<string, unknown>[]> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  try {
    return (await parquetReadObjects({ file: buffer })).map((row) => plain(row) as Record<string, unknown>)
  } catch (error) {
    throw new UsageError(`${file}: cannot be read as Parquet: ${(error as Error).message}.`)
  }
}

/** What JSON can hold: numbers for big integers, lists for typed arrays, nothing for null. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value !== 'object') return value ?? undefined
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
})
const struct = (name: string, ...fields: SchemaElement[][]): SchemaElement[] => [
  { name, num_children: fields.length, repetition_type: 'OPTIONAL' },
  ...fields.flat(),
]
/** Three levels, as the format's description has lists. */
const list = (name: string, [first, ...rest]: SchemaElement[]): SchemaElement[] => [
  { name, num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
  { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
  { ...first!, name: 'element' },
  ...rest,
]
const turns = list('prompt', struct('element', [text('role')], [text('content')]))
const points: SchemaElement = { name: 'points', type: 'DOUBLE', repetition_type: 'OPTIONAL' }
const criteria = list('rubrics', struct('element', [text('criterion')], [points], list('tags', [text('element')])))
const reward = struct('reward_model', [text('style')], criteria, [text('ground_truth')])
const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: 5 },
  text('data_source'),
  ...turns,
  text('ability'),
  ...reward,
  ...struct('extra_info', [text('index')], turns, reward),
]
