import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { duration, figure, shownValues, sparkline } from '../../../src/progress/format.ts'
import { createProgress, resultsTable } from '../../../src/progress/index.ts'
import { paceOf } from '../../../src/progress/pace.ts'
import { renderTable } from '../../../src/progress/table.ts'

function listener(terminal = false) {
  let text = ''
  const stream = Object.assign(new PassThrough(), { isTTY: terminal, columns: 120 })
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
  })
  return { stream, text: () => text }
}

describe('plain lines', () => {
  it('come at most every five seconds, and with the first and last step', async () => {
    const { stream, text } = listener()
    let clock = 0
    const progress = await createProgress({ mode: 'people', stream, now: () => clock })
    progress.stage('sft', 100)
    for (let step = 1; step <= 100; step++) {
      clock += 1000
      progress.update(step, { loss: 2 / step, learning_rate: 1e-4 })
    }
    progress.note('saved')
    progress.done()
    const lines = text().trimEnd().split('\n')
    expect(lines[0]).toBe('sft 1/100  loss 2  1 min 39 s left')
    expect(lines[1]).toBe('sft 6/100  loss 0.333  1 min 34 s left')
    expect(lines).toHaveLength(1 + 19 + 3)
    expect(lines.slice(-3)).toEqual(['saved', 'sft 100/100  loss 0.02', 'sft: 1 min 40 s'])
  })
})

describe('JSON lines', () => {
  it('tell of every event with stage and values', async () => {
    const { stream, text } = listener()
    const progress = await createProgress({ mode: 'json', stream, now: () => 0 })
    progress.stage('rl', 2)
    progress.update(1, { reward: 0.5 })
    progress.warn('look')
    progress.done()
    const events = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual(['stage', 'update', 'warning', 'stage-done'])
    expect(events[1]).toEqual({ event: 'update', seconds: 0, stage: 'rl', total: 2, done: 1, values: { reward: 0.5 } })
  })
})

describe('on a terminal', () => {
  it('the bar is drawn in place, notes stand above it, and the cursor is given back', async () => {
    const { stream, text } = listener(true)
    const progress = await createProgress({ mode: 'people', stream })
    progress.stage('rl', 4)
    for (const step of [1, 2, 3]) progress.update(step, { reward: step / 4 })
    progress.note('a note')
    progress.done()
    const plain = stripVTControlCharacters(text())
    expect(plain).toMatch(/rl ━+ 3\/4 {2}reward 0\.75 ▁▅█/)
    expect(plain).toContain('a note\n')
    expect(plain).toMatch(/– rl 3 of 4 in 0 s/)
    expect(text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(text().lastIndexOf('\u001b[?25l'))
  })
})

describe('silence', () => {
  it('writes nothing', async () => {
    const { stream, text } = listener(true)
    const progress = await createProgress({ mode: 'silent', stream })
    progress.stage('rl', 1)
    progress.warn('x')
    progress.done()
    expect(text()).toBe('')
  })
})

describe('paceOf', () => {
  it('follows the last steps when they slow down', () => {
    let clock = 0
    const pace = paceOf(100, () => clock)
    expect(pace.leftSeconds).toBeUndefined()
    for (let step = 1; step <= 80; step++) {
      clock += step <= 50 ? 1000 : 4000
      pace.step(step)
    }
    expect(pace.leftSeconds).toBe(80)
    clock += 1500
    expect(pace.leftSeconds).toBe(78.5)
  })

  it('does not count the steps before a resumption', () => {
    let clock = 0
    const pace = paceOf(100, () => clock, 90)
    clock += 2000
    pace.step(91)
    expect(pace.leftSeconds).toBe(18)
  })
})

describe('formats', () => {
  it.each([
    [0, '0'],
    [0.12345, '0.123'],
    [-2.5, '-2.5'],
    [1e-5, '1e-5'],
    [0.000123, '1.2e-4'],
    [12345.6, '12,346'],
    [Number.NaN, 'not a number'],
    [3.2e9, '3.2e9'],
  ])('figure(%d) is %s', (value, text) => expect(figure(value)).toBe(text))

  it.each([
    [3.4, '3 s'],
    [59.7, '1 min 00 s'],
    [252, '4 min 12 s'],
    [7500, '2 h 05 min'],
    [3599.9, '1 h 00 min'],
  ])('duration(%d) is %s', (seconds, text) => expect(duration(seconds)).toBe(text))

  it('a sparkline runs from lowest to highest and is never wider than asked', () => {
    expect(sparkline([0, 1, 2, 3], 8)).toBe('▁▃▆█')
    expect(sparkline([5, 5, 5], 8)).toBe('▁▁▁')
    expect(
      sparkline(
        Array.from({ length: 1000 }, (_, i) => i),
        4,
      ),
    ).toBe('▁▃▆█')
    expect(sparkline([Number.NaN], 4)).toBe('')
  })

  it('the most telling figures of a step come first', () => {
    expect(shownValues({ step_time: 3, kl: 0.1, loss: 2, reward: 0.5, entropy: 1 }).map(({ name }) => name)).toEqual([
      'reward',
      'loss',
      'kl',
    ])
    expect(shownValues({ 'GFLOP/s': 190 })).toEqual([{ name: 'GFLOP/s', value: 190 }])
  })
})

describe('tables', () => {
  it('align numbers to the right, colours aside', () => {
    expect(
      renderTable([
        ['a', 'n'],
        ['longer', '\u001b[1m10\u001b[22m'],
        ['b', '5'],
      ]),
    ).toBe('a        n\nlonger  \u001b[1m10\u001b[22m\nb        5')
  })

  it('of results set before and after side by side, control by control', () => {
    const record = { stage: 'rl', step: 1, n_samples: 10, criteria: [] }
    const text = resultsTable([
      { ...record, name: 'before', control: 'none', score: 0.312, interval: [0.28, 0.35] },
      { ...record, name: 'before', control: 'silenced', score: 0.1, interval: [0.05, 0.2] },
      { ...record, name: 'after', control: 'none', score: 0.62, interval: [0.58, 0.66] },
      { ...record, name: 'after', control: 'silenced', score: 0.09, interval: [0.04, 0.2] },
      { ...record, name: 'after', control: 'swapped', score: 0.1, interval: [0.04, 0.2] },
    ])
    expect(stripVTControlCharacters(text)).toBe(
      [
        'score, %                   before              after  change',
        'as asked        31.2 [28.0, 35.0]  62.0 [58.0, 66.0]   +30.8',
        'sound silenced   10.0 [5.0, 20.0]    9.0 [4.0, 20.0]    −1.0',
        'sound swapped                   –   10.0 [4.0, 20.0]       –',
      ].join('\n'),
    )
  })
})
