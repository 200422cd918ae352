import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import os from 'node:os'
import { promisify } from 'node:util'
import { runtimeDevices } from '../device.ts'

export interface Finding {
  readonly what: string
  /** `warning`: some uses will not work; `failed`: none will. */
  readonly state: 'ok' | 'warning' | 'failed'
  readonly found: string
  /** What to do about it. */
  readonly advice?: string
}

/** Looks at everything that training needs of a machine. */
export async function examine({ bench }: { bench: boolean }): Promise<Finding[]> {
  return [
    node(),
    ...(await runtime()),
    await ffmpeg(),
    processors(),
    memory(os.totalmem(), os.freemem()),
    await disk(),
    ...(bench ? [await matrixProducts()] : []),
  ]
}

/** From 20: `--experimental` flags are not needed for what is used, and its `fs` writes with flush. */
const LEAST_NODE = 20

function node(): Finding {
  const ready = Number(process.versions.node.split('.')[0]) >= LEAST_NODE
  const found = `${process.versions.node}, ${process.platform}-${process.arch}`
  if (ready) return { what: 'Node', state: 'ok', found }
  return { what: 'Node', state: 'failed', found, advice: `install Node ${LEAST_NODE} or newer` }
}

async function runtime(): Promise<Finding[]> {
  try {
    const ort = await import('onnxruntime-node')
    const devices = await runtimeDevices()
    const available = devices.filter((device) => device.available).map(({ device }) => device)
    const cuda = devices.find(({ device }) => device === 'cuda')
    const idle = cuda && !cuda.available && hasNvidia() ? { advice: `there is an NVIDIA GPU, but ${cuda.reason}` } : {}
    return [
      { what: 'ONNX Runtime', state: 'ok', found: ort.env.versions.node ?? 'loaded' },
      { what: 'devices', state: 'ok', found: available.join(', '), ...idle },
    ]
  } catch (error) {
    const found = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    const advice = 'run npm install again; it has builds for Linux and Windows on x64 and arm64, and macOS on arm64'
    return [{ what: 'ONNX Runtime', state: 'failed', found, advice }]
  }
}

/** Where the driver of an NVIDIA GPU shows itself. */
const hasNvidia = (): boolean =>
  ['/proc/driver/nvidia/version', 'C:\\Windows\\System32\\nvidia-smi.exe'].some((place) => existsSync(place))

async function ffmpeg(): Promise<Finding> {
  const command = process.env.FFMPEG_PATH ?? 'ffmpeg'
  try {
    const { stdout } = await promisify(execFile)(command, ['-version'], { timeout: 5000 })
    return { what: 'ffmpeg', state: 'ok', found: /version (\S+)/.exec(stdout)?.[1] ?? 'present' }
  } catch {
    const advice = 'wav, flac, mp3, ogg and opus are read without it; install it for other formats'
    return { what: 'ffmpeg', state: 'warning', found: 'not found', advice }
  }
}

function processors(): Finding {
  const cpus = os.cpus()
  const usable = os.availableParallelism()
  return { what: 'processors', state: 'ok', found: `${usable} × ${cpus[0]?.model.trim() ?? 'unknown'}` }
}

const GB = 1e9

/** A step of a small model takes about 1 GB; LoRA on 135 M parameters 3.6 GB (design.md §3). */
export function memory(total: number, free: number): Finding {
  const found = `${(free / GB).toFixed(1)} of ${(total / GB).toFixed(1)} GB free`
  if (free >= 2 * GB) return { what: 'memory', state: 'ok', found }
  return { what: 'memory', state: 'warning', found, advice: 'small models train in 2 GB; close what else is running' }
}

async function disk(): Promise<Finding> {
  const { bavail, bsize } = await statfs('.')
  const free = bavail * bsize
  const found = `${(free / GB).toFixed(1)} GB free here`
  if (free >= 2 * GB) return { what: 'disk', state: 'ok', found }
  return { what: 'disk', state: 'warning', found, advice: 'a checkpoint takes twelve bytes a parameter' }
}

async function matrixProducts(): Promise<Finding> {
  const [{ startEngine }, { matrixRate }] = await Promise.all([
    import('../../../models/index.ts'),
    import('../../matrixRate.ts'),
  ])
  const engine = startEngine()
  try {
    const rate = (await matrixRate(engine)) / 1e9
    return { what: 'matrix products', state: 'ok', found: `${rate.toFixed(0)} GFLOP/s on the CPU, 32 bits` }
  } finally {
    await engine.close()
  }
}
