/**
 * What glibc reads when a process begins: one heap for all threads, nothing mapped on its own, a gigabyte kept when it is
 * free. The engine's graphs take and free megabytes at every operator; without this each of these is fresh memory that the
 * kernel has to clear first, a sixth of a small model's training (docs/engine.md). Elsewhere than with glibc it does nothing.
 */
export const ROOMY_HEAP: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(2 ** 32),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
}

/** Commands that compute for minutes. */
const LONG = new Set(['train', 'eval', 'improve'])

/**
 * Begins the process again with a roomy heap, under the same id, where Node can (22.15 and newer, not on Windows); else
 * returns. A user who has set one of the variables has chosen.
 */
export function enterRoomyHeap(args: readonly string[]): void {
  const { execve, execPath, execArgv, argv, env, platform } = process as NodeJS.Process & { execve?: Execve }
  if (platform !== 'linux' || !execve || !LONG.has(args[0] ?? '')) return
  if (Object.keys(ROOMY_HEAP).some((name) => env[name] !== undefined)) return
  execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, ...ROOMY_HEAP })
}

type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never
