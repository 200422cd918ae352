import { mean } from '../../common/statistics.ts'
import { heldOutData } from '../base.ts'
import type { Experiment, Outcome } from '../experiment.ts'
import { figureAbove } from '../orderings.ts'
import { merged, SPECIALITIES, specialist } from '../specialists.ts'

const METHODS = ['linear', 'task_arithmetic', 'model_stock'] as const

/** Two specialists, each of which forgets the other's domain, and what becomes of both when they are merged. */
export const merging: Experiment = {
  id: 'merging',
  title: 'Merging specialists',
  paper: 'Baichuan Alignment, arXiv 2410.14940',
  about:
    'From the base one model learns sorting alone and one turning round alone, 80 steps each; they are merged in halves. The figure is the worse of the two domains, of 80 held-out problems each.',
  file: import.meta.url,
  async run(suite) {
    const data = SPECIALITIES.map((domain) => heldOutData(suite, 80, { domains: [domain] }))
    const worst = async (model: string) => {
      const means: number[] = []
      for (const own of data) means.push(mean(await suite.scores(model, own)))
      return Math.min(...means)
    }
    const figures: Record<string, number> = {}
    for (const domain of SPECIALITIES) figures[`only ${domain}`] = await worst(await specialist(suite, domain))
    for (const method of METHODS) figures[method] = await worst(await merged(suite, method))
    figures['better specialist'] = Math.max(...SPECIALITIES.map((domain) => figures[`only ${domain}`]!))
    return { figures, scores: {} }
  },
  claims: (outcomes: readonly Outcome[]) =>
    METHODS.map((method) =>
      figureAbove(
        `${method}: the worse domain of the merged model is above that of either specialist`,
        outcomes,
        method,
        'better specialist',
      ),
    ),
}
