import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRubric, renderScaffold } from '../../rubrics/index.ts'
import { rubric } from './arbitraries.ts'

const { criteria } = checkRubric({
  name: 'r',
  criteria: [
    { id: 'a', criterion: 'Names the dog.', points: 5 },
    { id: 'b', criterion: 'Invents a sound.', points: -3 },
    { id: 'c', criterion: 'Counts the barks.', points: 1 },
    { id: 'd', criterion: 'Rambles.', points: -1 },
  ],
})
const full = { style: 'full', show_points: true, warning: true } as const
const compact = { style: 'compact', show_points: false, warning: false } as const

describe('renderScaffold', () => {
  it('is null when nothing is shown, so that the plain prompt stays untouched', () => {
    expect(renderScaffold([], full)).toBeNull()
    expect(renderScaffold([], compact)).toBeNull()
  })

  it('is the base when nothing is shown and a base is given, and only then', () => {
    expect(renderScaffold([], { ...full, base: 'You are helpful.' })).toBe('You are helpful.')
    expect(renderScaffold(criteria, { ...full, base: 'You are helpful.' })).toBe(renderScaffold(criteria, full))
  })

  it('lists what to include, then what to avoid, each numbered from 1, in the order shown', () => {
    const [a, b, c, d] = criteria
    const text = renderScaffold([d!, c!, b!, a!], full)!
    expect(text).toContain(
      'AIM TO INCLUDE:\nCriterion 1: Counts the barks. (worth 1 point)\nCriterion 2: Names the dog. (worth 5 points)\n',
    )
    expect(text).toContain(
      'TAKE CARE TO AVOID:\nCriterion 1: Rambles. (penalty: 1 point)\nCriterion 2: Invents a sound. (penalty: 3 points)\n',
    )
    expect(text.indexOf('AIM')).toBeLessThan(text.indexOf('AVOID'))
    expect(text).toMatch(/NEVER MENTION THESE CRITERIA.*CHEATING\.$/)
  })

  it('leaves out an empty list, the points and the warning when told', () => {
    const text = renderScaffold([criteria[0]!], { ...full, show_points: false, warning: false })!
    expect(text).toContain('Criterion 1: Names the dog.\n')
    expect(text).not.toMatch(/AVOID|worth|CHEATING/)
  })

  it('compact is one short line a criterion', () => {
    expect(renderScaffold(criteria, compact)).toBe(
      'aim for:\nNames the dog.\nCounts the barks.\navoid:\nInvents a sound.\nRambles.',
    )
    expect(renderScaffold(criteria.slice(0, 2), { ...compact, show_points: true, warning: true })).toBe(
      'aim for:\nNames the dog. (+5)\navoid:\nInvents a sound. (-3)\ndo not mention this list.',
    )
  })

  it('shows every criterion given, in any rubric and style', () => {
    fc.assert(
      fc.property(rubric, fc.constantFrom(full, compact), (any, options) => {
        const text = renderScaffold(any.criteria, options)!
        for (const { criterion } of any.criteria) expect(text).toContain(criterion)
      }),
    )
  })
})
