import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { UsageError } from '../errors.ts'

const FILE = 'run.lock'

/**
 * Keeps a run folder to this process: two that write one run would leave neither's. Returns what gives it back. A lock
 * whose process is gone, as after `kill -9`, is taken over; libraries that tell so by the lock's age would have a
 * resumption wait.
 *
 * @throws UsageError when another process that lives holds it
 */
export function lockRun(folder: string): () => void {
  const file = path.join(folder, FILE)
  const mine = JSON.stringify({ pid: process.pid, host: hostname() })
  try {
    writeFileSync(file, mine, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const holder = holderOf(file)
    if (holder && isAlive(holder)) {
      const where = holder.host === hostname() ? '' : ` on ${holder.host}`
      throw new UsageError(
        `${folder}: process ${holder.pid}${where} is writing this run. Wait for it or stop it; if it is gone, delete ${file}.`,
      )
    }
    writeFileSync(file, mine)
  }
  return () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === mine) rmSync(file)
  }
}

/** Whether a process that lives is writing the run. */
export function isBeingWritten(folder: string): boolean {
  const file = path.join(folder, FILE)
  const holder = existsSync(file) ? holderOf(file) : null
  return holder !== null && isAlive(holder)
}

interface Holder {
  readonly pid: number
  readonly host: string
}

/** Null for a lock that was cut off while it was written: its process is gone. */
function holderOf(file: string): Holder | null {
  try {
    const { pid, host } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : null
  } catch {
    return null
  }
}

/** A process of another machine is taken to live: nothing here can tell. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // alive, and somebody else's
  }
}
