import { shortPath, UsageError } from '../errors.ts'
import { seededRandom, shuffle } from '../random.ts'
import type { DataRef } from '../recipe/index.ts'
import { loadRankings, type RankedAnswers } from '../stages/rankedAnswers.ts'
import type { Taught } from './loadData.ts'

/**
 * Rankings of a reward stage: those to learn from, and those that are only measured, which are a file of their own or a
 * share that follows from the seed alone.
 *
 * @throws UsageError at a row that is no ranking; when the share leaves nothing to learn from
 */
export async function loadRanked(
  data: DataRef,
  { test, test_share: share = 0 }: { readonly test?: DataRef; readonly test_share?: number },
  seed: string,
): Promise<{ taught: Taught[]; notes: string[] }> {
  const { rankings, notes } = await loadRankings(data.path, data)
  if (test) {
    const other = await loadRankings(test.path, test)
    return {
      taught: [...rankings.map((one) => asTaught(one, false)), ...other.rankings.map((one) => asTaught(one, true))],
      notes: [...notes, ...other.notes],
    }
  }
  const nTest = Math.round(share * rankings.length)
  if (nTest > 0 && nTest === rankings.length) {
    throw new UsageError(`${shortPath(data.path)}: ${nTest} rankings, of which a test share of ${share} leaves none.`)
  }
  const chosen = new Set(shuffle(rankings, seededRandom(`${seed}/test`)).slice(0, nTest))
  return { taught: rankings.map((one) => asTaught(one, chosen.has(one))), notes }
}

const asTaught = ({ id, answers }: RankedAnswers, test: boolean): Taught => ({
  id,
  messages: answers[0]!.messages,
  ranked: answers,
  test,
})
