import { MODEL, SFT, taughtData } from '../base.ts'
import type { Experiment } from '../experiment.ts'
import { figureAtLeast, figureAtMost } from '../orderings.ts'

const STEPS = 40

/** The same batches, a sample a row and several a row: every step's loss must be the same. */
export const packing: Experiment = {
  id: 'packing',
  title: 'Packing',
  paper: 'Baichuan Alignment, arXiv 2410.14940',
  about: `Supervised fine-tuning from nothing, ${STEPS} steps on the same batches, once a sample a row and once packed into rows of 128 tokens.`,
  file: import.meta.url,
  async run(suite) {
    const runs = []
    for (const packing of [false, true]) {
      runs.push(
        await suite.train({
          name: packing ? 'packed' : 'padded',
          model: MODEL,
          data: taughtData(suite),
          stages: [
            { sft: { ...SFT, optimiser: 'adamw', learning_rate: 1e-3, steps: STEPS, packing, pack_length: 128 } },
          ],
        }),
      )
    }
    const [padded, packed] = runs.map((run) => run.readMetrics())
    const off = (step: number) => Math.abs(Number(packed![step]!.loss) - Number(padded![step]!.loss))
    return {
      figures: {
        'first step': off(0),
        'any step': Math.max(...padded!.map((_, step) => off(step))),
        'packed rows': Number(packed![0]!['packing/utilisation']),
      },
      scores: {},
    }
  },
  claims: (outcomes) => [
    figureAtMost('packed and unpacked loss are the same at the first step', outcomes, 'first step', 1e-5),
    figureAtMost(`they stay so over ${STEPS} steps of training`, outcomes, 'any step', 1e-3),
    figureAtLeast('packed rows are full to four fifths', outcomes, 'packed rows', 0.8),
  ],
}
