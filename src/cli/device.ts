import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { UsageError } from '../errors.ts'

/** Execution providers of ONNX Runtime that graphs are run with; the first is the default. */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const
export type Device = (typeof DEVICES)[number]

export interface DeviceReport {
  readonly device: Device
  readonly available: boolean
  /** Why not, and what would help. */
  readonly reason?: string
}

/** Which devices the installed onnxruntime-node can run on; `bundled` is what it says of itself. */
export function deviceReports(
  backends: readonly { readonly name: string; readonly bundled: boolean }[],
  hasCudaLibraries: boolean,
): DeviceReport[] {
  return DEVICES.map((device): DeviceReport => {
    const backend = backends.find(({ name }) => name === device)
    if (!backend)
      return { device, available: false, reason: `onnxruntime-node has none for ${process.platform}-${process.arch}` }
    if (backend.bundled || (device === 'cuda' && hasCudaLibraries)) return { device, available: true }
    return {
      device,
      available: false,
      reason:
        'its libraries are not installed; run ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js',
    }
  })
}

/** Devices of this machine. What the runtime has is tried: it brings WebGPU along where there is no GPU at all. */
export async function runtimeDevices(): Promise<DeviceReport[]> {
  const { listSupportedBackends } = await import('onnxruntime-node')
  const reports: DeviceReport[] = []
  for (const report of deviceReports(listSupportedBackends(), cudaLibrariesExist())) {
    const reason = report.available && report.device !== 'cpu' ? await faultOf(report.device) : undefined
    reports.push(reason === undefined ? report : { device: report.device, available: false, reason })
  }
  return reports
}

/**
 * Why nothing can be computed on a device, in a line; undefined when something can. Tried in a process of its own: a
 * driver that is broken may write where it likes, or crash.
 */
async function faultOf(device: Device): Promise<string | undefined> {
  const { graph } = await import('../../models/index.ts')
  const { bytes } = graph.compile({ total: graph.sum(graph.input('x', [2])) })
  const program = `const { InferenceSession, Tensor } = require(process.argv[1])
const run = async () => {
  const session = await InferenceSession.create(Buffer.from(process.argv[2], 'base64'), { executionProviders: [process.argv[3]] })
  await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) })
}
run().then(() => process.exit(0), (error) => { process.stdout.write(error.message); process.exit(1) })`
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node')
  const words = ['-e', program, runtime, Buffer.from(bytes).toString('base64'), device]
  try {
    await promisify(execFile)(process.execPath, words, { timeout: 30_000 })
    return undefined
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string }
    // The runtime puts the place in its own sources first and what it found last.
    const said = /(?:Failed|failed|No) [^\n]*$/.exec(stdout.trim())?.[0] ?? stdout.split('\n')[0]!.slice(0, 160)
    return `it cannot be used here (${said || 'trying it ended the process'})`
  }
}

/** @throws UsageError when the runtime cannot run on the device */
export async function checkDevice(device: Device): Promise<Device> {
  if (device === 'cpu') return device
  const reports = await runtimeDevices()
  const found = reports.find((report) => report.device === device)!
  if (found.available) return device
  const others = reports.filter(({ available }) => available).map(({ device }) => device)
  throw new UsageError(`--device ${device}: not available, ${found.reason}. Available: ${others.join(', ')}.`)
}

function cudaLibrariesExist(): boolean {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node')
  const folder = path.join(path.dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch)
  return ['libonnxruntime_providers_cuda.so', 'onnxruntime_providers_cuda.dll'].some((name) =>
    existsSync(path.join(folder, name)),
  )
}
