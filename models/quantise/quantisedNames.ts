export type Bits = 4 | 8

/** How a weight is held, by its module; see `quantisedLinear`. */
export interface QuantisedModule {
  readonly bits: Bits
  readonly nOut: number
  readonly nIn: number
  /** ‖W − Ŵ‖ / ‖W‖. */
  readonly relativeError: number
}

/** Tensors of a quantised weight, by the module's name. */
export const quantisedNames = (module: string) => ({
  packed: `${module}.weight:packed`,
  codes: `${module}.weight:codes`,
  scales: `${module}.weight:scales`,
})
