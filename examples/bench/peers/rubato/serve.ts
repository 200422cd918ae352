import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Our side of `python/peer.py`: answers `go` with the time of one repetition, until the input ends. */

export const job = <T>(): T => JSON.parse(process.argv[2]!) as T

/** The most memory that this process held at once; elsewhere than on Linux what getrusage says. */
export function peakBytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))!
    return Number(kilobytes) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

export const reply = (fields: object): void => {
  writeSync(3, `${JSON.stringify(fields)}\n`)
}

/** Tells that it is ready, then runs `repetition` as often as asked; what it returns goes along with the time. */
export async function serve(repetition: () => Promise<object | undefined>): Promise<void> {
  reply({ ready: true })
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== 'go') break
    const started = performance.now()
    const told = await repetition()
    const ms = performance.now() - started
    reply({ ms, peakBytes: peakBytes(), ...told })
  }
}
