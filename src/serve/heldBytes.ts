import type { MiddlewareHandler } from 'hono'
import { ApiError } from './errors.ts'

/**
 * Lets through only as many bodies at once as fit into `most` bytes; the next is answered 429, so that a crowd of long
 * recordings cannot take the machine's memory. A body counts until its request is answered or, for a stream, understood:
 * then its sounds are numbers and its text is let go.
 *
 * @param longest  what a body counts whose length is not said
 */
export function heldBytes(most: number, longest: number): MiddlewareHandler {
  let held = 0
  return async (c, next) => {
    if (c.req.method !== 'POST') return next()
    const said = Number(c.req.header('content-length'))
    const size = Number.isSafeInteger(said) && said > 0 ? said : longest
    if (held > 0 && held + size > most) {
      throw new ApiError(429, 'too many long recordings are on their way. Try again later.', { code: 'too_many_bytes' })
    }
    held += size
    try {
      await next()
    } finally {
      held -= size
    }
  }
}
