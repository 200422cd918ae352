import { realpathSync } from 'node:fs'
import { type Engine, type SharedBase, sharedBase, startEngine } from '../../models/index.ts'

export interface BaseEngine {
  readonly engine: Engine
  readonly share: SharedBase
}

/** Engines of a server, one a base: a model and its adapters, or several adapters, hold what they share once. */
export interface BaseEngines {
  /** The engine of the base in a folder, started when it is first asked for. */
  of(place: string): BaseEngine
  close(): Promise<void>
}

export function baseEngines(device: string): BaseEngines {
  const started = new Map<string, BaseEngine>()
  return {
    of(place) {
      const base = realpathSync(place)
      const known = started.get(base)
      if (known) return known
      const engine = startEngine({ executionProviders: [device] })
      const made = { engine, share: sharedBase(engine) }
      started.set(base, made)
      return made
    },
    async close() {
      await Promise.all([...started.values()].map(({ engine }) => engine.close()))
    },
  }
}
