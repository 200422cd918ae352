import { expect, it } from 'vitest'
import type { Findings } from '../../../src/report/findings.ts'
import { evaluationsSection } from '../../../src/report/page/evaluations.ts'
import type { Run } from '../../../src/report/readRun.ts'
import { evaluation } from './evaluation.ts'

it('the table of evaluations has the score of each mode under that of all samples, where there are several', () => {
  const modes = [
    { mode: 'voice-chat', score: 0.75, n: 4 },
    { mode: 'audio-analysis', score: 0.25, n: 2 },
  ]
  const run = { evaluations: [evaluation('before', [0.5]), evaluation('after', [0.6], { modes })] }
  const { html } = evaluationsSection(run as unknown as Run, {} as Findings)
  const rows = html.match(/<tr[^>]*><th scope="row">[\s\S]*?<\/tr>/g)!.map((row) => row.replaceAll(/<[^>]*>|\s+/g, ' '))
  expect(rows).toHaveLength(4)
  expect(rows[2]).toMatch(/voice chat\s+75\.0\s+4/)
  expect(rows[3]).toMatch(/audio analysis\s+25\.0\s+2/)
})
