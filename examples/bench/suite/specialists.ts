import { mergeModels } from '../../../src/index.ts'
import { base, SFT } from './base.ts'
import type { Suite } from './experiment.ts'
import { type Domain, problems, taught } from './tasks.ts'

/** What the two specialists of a seed are good at. */
export const SPECIALITIES = ['sort', 'turn'] as const

/** The base, learnt on in one domain alone. Returns its run folder. */
export async function specialist(suite: Suite, domain: Domain): Promise<string> {
  const own = problems(1200, suite.random(`specialist/${domain}`), { domains: [domain] })
  const { path } = await suite.train({
    name: `only-${domain}`,
    model: await base(suite),
    data: suite.data(domain, taught(own)),
    stages: [{ sft: { ...SFT, learning_rate: 1e-3, steps: 80 } }],
  })
  return path
}

/** The two specialists as one model, by a method of `rubato merge-models`. Returns its folder. */
export async function merged(suite: Suite, method: 'linear' | 'task_arithmetic' | 'model_stock'): Promise<string> {
  const base_model = await base(suite)
  const models: { model: string; parameters: Record<string, number> }[] = []
  for (const domain of SPECIALITIES) {
    models.push({ model: await specialist(suite, domain), parameters: method === 'model_stock' ? {} : { weight: 0.5 } })
  }
  const recipe = { merge_method: method, base_model, models, seed: suite.seed }
  return suite.made(`merged-${method}`, recipe, (out) => mergeModels({ recipe, out }))
}
