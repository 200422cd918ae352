import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../src/cli/failure.ts'

/** Errors that never reach a person: caught where they are made, or a mistake in our own graphs; or all has been said. */
const INNER = ['ApiError', 'ChatFault', 'EndsWith', 'GraphError', 'InvalidSample']

function errorClasses(): string[] {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  return ['audio', 'models', 'rubrics', 'src'].flatMap((part) =>
    readdirSync(path.join(root, part), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...readFileSync(path.join(root, part, name), 'utf8').matchAll(/class (\w+) extends Error/g)])
      .map(([, name]) => name!),
  )
}

describe('failureOf', () => {
  it('shows every error class of the sources as the line it is, without a stack', () => {
    const names = errorClasses().filter((name) => !INNER.includes(name))
    expect(names.length).toBeGreaterThan(5)
    const blamedOnUs = names.filter((name) => {
      const error = Object.assign(new Error('what was found'), { name })
      return failureOf(error).message !== 'what was found'
    })
    expect(blamedOnUs).toEqual([])
  })

  it('says what a missing file is called', () => {
    const error = Object.assign(new Error('ENOENT: …'), { code: 'ENOENT', path: 'clip.wav' })
    expect(failureOf(error)).toEqual({ exitCode: 1, message: 'clip.wav: no such file.' })
  })

  it('marks anything else as ours', () => {
    expect(failureOf('oops')).toEqual({ exitCode: 1, message: 'internal: oops' })
    expect(failureOf(new Error('internal: update before resetOptimiser')).message).toMatch(/^internal: /)
    expect(failureOf(new RangeError('x')).message).toMatch(/^internal: RangeError: x\n/)
  })
})
