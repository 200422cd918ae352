import { expect, it } from 'vitest'
import { grad, input } from '../../../../models/graph/index.ts'
import type { Objective } from '../../../../models/index.ts'
import { graph } from '../../../../models/index.ts'
import { objectiveContext } from '../../../../models/objective.ts'
import { withValueLoss } from '../../../../src/update/losses/valueLoss.ts'
import { expectClose } from '../../../models/closeTo.ts'
import { evaluate } from '../../../models/graph/differences.ts'
import { valueGolden } from './valueGolden.ts'

/** A policy loss of 0, so that the value's alone is seen. */
const nothing: Objective = {
  name: 'nothing',
  build: ({ value }) => ({ loss: graph.scale(graph.sum(value('weight')), 0), metrics: { kl: graph.scalar(0) } }),
}

it('is, with its gradient and the share that is clipped, that of verl', async () => {
  const { mask, values, value } = valueGolden
  const total = mask.reduce((a, b) => a + b, 0)
  const n = mask.length
  const x = input('values', [n])
  const context = objectiveContext(input('logits', [n, 2]), input('targets', [n], 'int64'), () => x)
  const { loss, metrics } = withValueLoss(nothing, { valueClip: value.clip, valueWeight: 2 }).build(context)
  const [gradient] = grad(loss, [x])
  const found = await evaluate(
    { loss, gradient: gradient!, own: metrics!.value_loss!, cut: metrics!['clip_ratio/value_mean']! },
    { values: value.now, old_value: values, return: value.returns, weight: mask.map((m) => m / total) },
  )
  expectClose(found.own!, [value.loss], 1e-6, 'value loss')
  expectClose(found.loss!, [2 * value.loss], 1e-6, 'loss')
  expectClose(
    found.gradient!,
    value.gradient.map((g) => 2 * g),
    1e-6,
    'gradient',
  )
  expectClose(found.cut!, [value.clipped], 1e-6, 'clipped')
  expect(Object.keys(metrics!)).toEqual(['kl', 'value_loss', 'values/mean', 'clip_ratio/value_mean'])
})
