// The process whose memory `merge.ts` measures: merges the models below a folder by a method, and says how it went.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { mergeModels, mergeRecipeFrom } from '../../src/index.ts'

const [root, method] = process.argv.slice(2) as [string, string]
const model = (name: string) => path.join(root, name)
const out = model('merged')
const differences = method !== 'linear'
const { seconds } = await mergeModels({
  recipe: mergeRecipeFrom([model('a'), model('b')], {
    method,
    weights: [0.6, 0.4],
    ...(differences ? { base: model('base'), parameter: ['density=0.5'] } : {}),
  }),
  out,
})
rmSync(out, { recursive: true })
process.send?.({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 })
