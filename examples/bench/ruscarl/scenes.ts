import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { makeScenes } from '../../quickstart/makeScenes.ts'
import type { Ground } from './ground.ts'

type Entry = Record<string, Record<string, unknown>>
interface Written {
  readonly model: unknown
  readonly clips: unknown
  readonly stages: readonly Entry[]
}

/** The quickstart's scenes of real recordings, its model and its recipe; only the scaffold differs between arms. */
export const scenes: Ground = {
  id: 'scenes',
  title: 'Scenes of real recordings',
  about:
    "The quickstart: an audio-language model of 1.3 million parameters describes scenes of real recordings. Its own recipe, as it stands, with each arm's scaffold in place of its own; 160 held-out scenes of recordings that were never trained on.",
  async makeData(folder) {
    await makeScenes({ outDir: folder, seed: 1, nSingles: 2400, nFollow: 1600, nTrain: 1200, nEval: 160 })
  },
  recipes() {
    const { model, clips, stages } = parse(readFileSync(QUICKSTART, 'utf8')) as Written
    const here = (stage: Entry): Entry =>
      Object.fromEntries(
        Object.entries(stage).map(([kind, options]) => [
          kind,
          { ...options, data: `data/${path.basename(options.data as string)}` },
        ]),
      )
    const evaluated = [{ data: 'data/eval.jsonl', controls: ['none', 'scaffolded'], max_completion_tokens: 40 }]
    const { data, scaffold: _, ...options } = here(stages.find((stage) => 'rl' in stage)!).rl!
    return {
      sft: stringify({ name: 'scenes-sft', model, clips, stages: stages.filter((stage) => 'sft' in stage).map(here) }),
      rl: stringify({ name: 'scenes-rl', model: 'given', clips, data, stages: [{ rl: options }], eval: evaluated }),
    }
  },
  wording: 'style: compact, show_points: false, warning: false',
  midpoint: 0.4,
  seeds: [1, 2, 3],
  compares: ['schedule'],
}

const QUICKSTART = path.join(packageFolder(), 'examples', 'quickstart', 'recipe.yaml')

/** The folder of package.json, from the sources and from `dist/`. */
function packageFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  return here.slice(0, here.lastIndexOf(`${path.sep}examples${path.sep}`)).replace(/[\\/]dist$/, '')
}
