import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
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

export async function runtimeDevices(): Promise<DeviceReport[]> {
  const { listSupportedBackends } = await import('onnxruntime-node')
  return deviceReports(listSupportedBackends(), cudaLibrariesExist())
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
