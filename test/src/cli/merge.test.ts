import { describe, expect, it } from 'vitest'
import { addMerge } from '../../../src/cli/commands/merge.ts'
import { call } from './listener.ts'

function merging() {
  const asked: object[] = []
  const commands = [
    addMerge({
      adapter: async () => ({
        async mergeAdapterFolder({ onNotice, ...options }) {
          asked.push(options)
          onNotice('merging into base, 15.2 GB')
          const counts = { linears: 14, replaced: 2, parameters: 12_448, types: { BF16: 20 } }
          return { folder: options.out, base: options.base ?? 'owner/base', ...counts }
        },
      }),
    }),
  ]
  return { asked, commands }
}

describe('rubato merge', () => {
  it('says what was merged into what', async () => {
    const { asked, commands } = merging()
    expect(await call(commands, ['merge', 'runs/mine', '--out', 'merged'])).toMatchObject({
      code: 0,
      out: 'merged: 12,448 parameters as BF16, owner/base with 14 linears updated and 2 tensors replaced\n',
      err: 'note: merging into base, 15.2 GB\n',
    })
    expect(asked).toEqual([{ adapter: 'runs/mine', out: 'merged' }])
  })

  it('takes another base and another type, and prints JSON', async () => {
    const { asked, commands } = merging()
    const words = ['merge', 'a', '--base', 'models/b', '--out', 'c', '--dtype', 'F32', '--json']
    const { code, out } = await call(commands, words)
    expect([code, JSON.parse(out)]).toMatchObject([0, { folder: 'c', base: 'models/b', linears: 14 }])
    expect(asked).toEqual([{ adapter: 'a', base: 'models/b', out: 'c', dtype: 'F32' }])
  })

  it.each([
    [['merge', '--out', 'x'], "missing required argument 'adapter'"],
    [['merge', 'a'], "required option '--out <folder>' not specified"],
    [['merge', 'a', '--out', 'x', '--dtype', 'Q4'], 'Allowed choices are F32, F16, BF16.'],
  ])('refuses %j', async (words, text) => {
    const { code, err } = await call(merging().commands, words)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })
})
