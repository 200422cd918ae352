import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { execute, type Language } from '../../../rubrics/execute/execute.ts'
import { codeOf, runs } from '../../../rubrics/verifiers/runs.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
const run = (language: Language, code: string, more: object = {}) =>
  execute({ language, code, timeoutSeconds: 2, ...more })

describe('a program in JavaScript', () => {
  it('passes with what it printed, and fails with what it threw', () => {
    expect(run('javascript', 'console.log(1 + 1, { a: [2] })')).toEqual({
      outcome: 'passed',
      output: '2 {"a":[2]}',
      error: '',
    })
    const failed = run('javascript', 'console.log("so far"); assert(1 === 2, "one is not two")')
    expect(failed).toEqual({ outcome: 'failed', output: 'so far', error: expect.stringContaining('one is not two') })
    expect(run('javascript', 'const = 3').outcome).toBe('failed')
  })

  it('is stopped when it takes too long or too much memory', () => {
    expect(run('javascript', 'for (;;);', { timeoutSeconds: 0.5 }).outcome).toBe('timeout')
    const greedy = 'const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length))'
    expect(run('javascript', greedy, { timeoutSeconds: 20, memoryMiB: 32 }).outcome).toBe('memory')
  })

  it.each([
    ['import', 'import("node:fs").then((fs) => fs.writeFileSync("/tmp/rubato-escaped", "x"))'],
    ['require', 'require("node:fs")'],
    ['process', 'process.env.HOME'],
    ['the outer realm by a constructor', 'this.constructor.constructor("return process")().exit(0)'],
    ['the outer realm by a function of ours', 'console.log.constructor("return process")().exit(0)'],
    [
      'the outer realm by what is thrown',
      'try { null.x } catch (e) { e.constructor.constructor("return process")().exit(0) }',
    ],
    ['the network', 'fetch("http://127.0.0.1:9")'],
  ])('does not reach %s', (_, code) => {
    const { outcome } = run('javascript', `${code}; if (typeof globalThis.process !== "undefined") console.log("out")`)
    // A promise that is refused later is no failure of the program, but nothing may have come of it.
    if (!code.startsWith('import(')) expect(outcome).toBe('failed')
    expect(existsSync('/tmp/rubato-escaped')).toBe(false)
  })
})

describe.skipIf(!hasPython)('a program in Python', () => {
  it('passes with what it printed, and fails with what it raised', () => {
    expect(run('python', 'print(1 + 1)')).toEqual({ outcome: 'passed', output: '2\n', error: '' })
    expect(run('python', 'assert 1 == 2, "one is not two"').error).toBe('AssertionError: one is not two')
  })

  it('is stopped when it takes too long or too much memory', () => {
    expect(run('python', 'while True: pass', { timeoutSeconds: 1 }).outcome).toMatch(/timeout|failed/)
    expect(run('python', 'x = bytearray(2 ** 30)').outcome).toBe('memory')
  })

  it('can write no file and start no process', () => {
    expect(run('python', 'f = open("x", "w"); f.write("abc"); f.close()').outcome).toBe('failed')
  })
})

describe('the verifier runs', () => {
  const check = (text: string, options: object) => runs.check({ text }, runs.schema.parse({ kind: 'runs', ...options }))

  it('says why an answer is not met', () => {
    const tests = 'assert(f(2) === 4, "f(2) is " + f(2))'
    expect(check('```js\nconst f = (x) => x * x\n```', { tests })).toEqual({ met: true, reason: 'passes the tests' })
    expect(check('```js\nconst f = (x) => x + 3\n```', { tests }).reason).toContain('f(2) is 5')
    expect(check('', {})).toEqual({ met: false, reason: 'has no code' })
    expect(check('console.log("hi")', { prints: 'ho' }).reason).toBe('prints "hi", expected "ho"')
  })

  it('takes the code that is asked for, and what there is of a block that was cut off', () => {
    const text = 'a\n```js\none\n```\nb\n```\ntwo\n```\n'
    expect(codeOf(text, 'last')).toBe('two\n')
    expect(codeOf(text, 'first')).toBe('one\n')
    expect(codeOf(text, 'all')).toBe('one\n\ntwo\n')
    expect(codeOf('so: ```\n', 'last')).toBe('so: ```\n')
    expect(codeOf('```py\ncut of', 'last')).toBe('cut of')
  })
})
