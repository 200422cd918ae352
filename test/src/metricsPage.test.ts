import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folderWith } from './temporary.ts'
import { tinyFiles, trainTiny } from './tinyRun.ts'

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')

it('docs/metrics.md explains every metric that a run of sft and rl writes, and no other', async () => {
  const folder = folderWith(tinyFiles())
  await trainTiny(folder, [
    'stages[0].sft.steps=1',
    'stages[0].sft.packing=true',
    'stages[0].sft.label_smoothing=0.1',
    'stages[0].sft.data=[taught.jsonl, { path: taught.jsonl, name: again }]',
    'stages[1].rl.data=[asked.jsonl, { path: asked.jsonl, name: again }]',
    'stages[1].rl.steps=4',
    'stages[2].rl.steps=2',
    'stages[2].rl.overlong.buffer=4',
    'stages[2].rl.groups.when_useless=drop',
    'stages[2].rl.held_out.rubric=audio-analysis',
    'eval=[]',
  ])
  const lines = readFileSync(path.join(folder, 'run', 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const written = new Set(
    lines
      .flatMap((line) => Object.keys(JSON.parse(line)))
      .map((key) =>
        key
          .replace(/^rubric\/.*\/((?:plain_)?pass)$/, 'rubric/<group>/$1')
          .replace(/^task\/.*\/(loss|reward)$/, 'task/<name>/$1'),
      ),
  )
  const [steps] = page.split('\n## Evaluations')
  const explained = [...steps!.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect([...written].sort()).toEqual(explained.sort())
})
