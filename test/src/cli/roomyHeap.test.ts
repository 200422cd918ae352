import { afterEach, describe, expect, test, vi } from 'vitest'
import { enterRoomyHeap, ROOMY_HEAP } from '../../../src/cli/roomyHeap.ts'

const own = process as unknown as { execve?: unknown }
const before = Object.getOwnPropertyDescriptor(process, 'execve')

/** A Node that can begin again, and what it was told. */
function ableNode() {
  const execve = vi.fn()
  Object.defineProperty(process, 'execve', { value: execve, configurable: true })
  for (const name of Object.keys(ROOMY_HEAP)) vi.stubEnv(name, undefined)
  return execve
}

afterEach(() => {
  if (before) Object.defineProperty(process, 'execve', before)
  else delete own.execve
  vi.unstubAllEnvs()
})

describe.runIf(process.platform === 'linux')('enterRoomyHeap', () => {
  test('begins a training again with the same words and the heap set', () => {
    const execve = ableNode()
    enterRoomyHeap(['train', 'recipe.yaml'])
    const [file, args, env] = execve.mock.calls[0]!
    expect(file).toBe(process.execPath)
    expect(args).toEqual([process.execPath, ...process.execArgv, ...process.argv.slice(1)])
    expect(env).toMatchObject({ ...ROOMY_HEAP, PATH: process.env.PATH })
  })

  test('does not begin again what has begun so, nor where the user has chosen', () => {
    const execve = ableNode()
    vi.stubEnv('MALLOC_ARENA_MAX', '4')
    enterRoomyHeap(['train', 'recipe.yaml'])
    expect(execve).not.toHaveBeenCalled()
  })

  test('leaves commands alone that compute nothing for long', () => {
    const execve = ableNode()
    for (const args of [[], ['--help'], ['rubric', 'lint', 'train']]) enterRoomyHeap(args)
    expect(execve).not.toHaveBeenCalled()
  })

  test('goes on as it is where Node cannot begin again', () => {
    ableNode()
    Object.defineProperty(process, 'execve', { value: undefined, configurable: true })
    expect(() => enterRoomyHeap(['train'])).not.toThrow()
  })
})
