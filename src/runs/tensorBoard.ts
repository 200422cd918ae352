import { appendFileSync, readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import protobuf from 'protobufjs'
import { maskedCrc32c } from './crc32c.ts'

/** The fields of tensorflow/core/util/event.proto and framework/summary.proto that scalars need. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Event {
    double wall_time = 1;
    int64 step = 2;
    oneof what { string file_version = 3; Summary summary = 5; }
  }
  message Summary {
    message Value { string tag = 1; oneof value { float simple_value = 2; } }
    repeated Value value = 1;
  }
`)
const eventType = root.lookupType('Event')

export interface EventsWriter {
  readonly file: string
  /** Adds scalars at a step; `wallTime` in seconds since 1970. */
  scalars(step: number, wallTime: number, values: Readonly<Record<string, number>>): void
}

/** Begins a TensorBoard events file in a folder. */
export function eventsWriter(folder: string, started: Date): EventsWriter {
  const seconds = started.getTime() / 1000
  const file = path.join(folder, `events.out.tfevents.${Math.floor(seconds)}.${hostname()}`)
  appendFileSync(file, event({ wallTime: seconds, fileVersion: 'brain.Event:2' }), { flag: 'w' })
  return {
    file,
    scalars(step, wallTime, values) {
      const value = Object.entries(values).map(([tag, simpleValue]) => ({ tag, simpleValue }))
      if (value.length > 0) appendFileSync(file, event({ wallTime, step, summary: { value } }))
    },
  }
}

/** Removes the events files of a folder. */
export function removeEvents(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('events.out.tfevents.')) rmSync(path.join(folder, name))
  }
}

const event = (fields: object): Uint8Array => record(eventType.encode(eventType.fromObject(fields)).finish())

/** A TFRecord: length as 64 bits, its checksum, the data, their checksum; little-endian. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.length, maskedCrc32c(data), true)
  return bytes
}
