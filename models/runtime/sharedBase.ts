import type { GenerateRequest } from '../generation/generate.ts'
import type { Engine } from './engine.ts'
import type { RunRequest } from './runtime.ts'

/** One engine that several policies over the same base are open in. */
export interface SharedBase {
  /** Whether a weight of the base is in the engine already. */
  holds(name: string): boolean
  /**
   * The engine as one more policy sees it. Weights that `isBase` says are the base's are read by all and written by the first
   * that does; every other array, and every graph, is this policy's own. Such a policy must leave the base as it is: an
   * update of it would be all others' too. Closing a view closes the engine.
   */
  view(isBase: (name: string) => boolean): Engine
}

/**
 * Makes an engine one that holds a base once for all: two adapters over it are two policies, each by its own view.
 *
 * @example
 * const share = sharedBase(engine)
 * const isBase = (name: string) => base.parameters.has(name) && !belongsTo(name, adapter)
 * const policy = new Policy({ config, engine: share.view(isBase), audioId, padId, adapter })
 */
export function sharedBase(engine: Engine): SharedBase {
  const held = new Set<string>()
  let nViews = 0
  return {
    holds: (name) => held.has(name),
    view(isBase) {
      const own = `${nViews++}/`
      const placeOf = (name: string) => (isBase(name) ? name : own + name)
      /** What each graph reads, by the name that it reads it by. */
      const reads = new Map<string, Record<string, string>>()
      const bound = (graphs: readonly string[], bind: Readonly<Record<string, string>> = {}) => {
        const renamed = Object.entries(bind).map(([name, array]) => [name, placeOf(array)])
        return { ...Object.assign({}, ...graphs.map((graph) => reads.get(graph))), ...Object.fromEntries(renamed) }
      }
      return {
        define: (name, make) =>
          engine.define(own + name, () => {
            const compiled = make()
            reads.set(name, Object.fromEntries(compiled.inputs.map((input) => [input.name, placeOf(input.name)])))
            return compiled
          }),
        async write(name, value) {
          if (!isBase(name)) return engine.write(own + name, value)
          if (held.has(name)) return
          held.add(name)
          await engine.write(name, value)
        },
        read: (names) => engine.read(names.map(placeOf)),
        copy: (from, to) => engine.copy(own + from, own + to),
        forget: (names) => engine.forget(names.filter((name) => !isBase(name)).map((name) => own + name)),
        run: ({ graph, bind, bindPrefix = '', into = {}, ...rest }: RunRequest) =>
          engine.run({
            ...rest,
            graph: own + graph,
            bind: bound([graph], bind),
            bindPrefix: own + bindPrefix,
            into: Object.fromEntries(Object.entries(into).map(([output, array]) => [output, placeOf(array)])),
          }),
        generate({ prefills, decoders, bindPrefix = '', bind, ...rest }: GenerateRequest, onTokens) {
          const graphs = [...prefills, ...decoders].map(({ graph }) => graph)
          const named = <T extends { readonly graph: string }>(of: T): T => ({ ...of, graph: own + of.graph })
          const request = { ...rest, prefills: prefills.map(named), decoders: decoders.map(named) }
          return engine.generate({ ...request, bind: bound(graphs, bind), bindPrefix: own + bindPrefix }, onTokens)
        },
        memory: () => engine.memory(),
        close: () => engine.close(),
      }
    },
  }
}
