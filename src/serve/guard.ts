import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { ApiError } from './errors.ts'

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

export const isLoopback = (host: string): boolean => LOOPBACK.includes(host)

/**
 * Lets through who may ask: with a token, who has it; without, who came to this machine by its own name, so that a page
 * whose name was pointed here (DNS rebinding) reaches nothing. Requests of other origins are refused in both cases.
 */
export function guard(token: string | undefined): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? ''
    if (token === undefined && !isLoopback(nameOf(host))) {
      throw new ApiError(403, 'this server answers to localhost alone.', { code: 'wrong_host' })
    }
    const origin = c.req.header('origin')
    if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) {
      throw new ApiError(403, 'pages of other origins may not ask.', { code: 'wrong_origin' })
    }
    if (token !== undefined && !isOpen(c.req.path) && !isSame(bearer(c.req.header('authorization')), token)) {
      throw new ApiError(401, 'wrong or missing token. Send Authorization: Bearer TOKEN.', { code: 'invalid_api_key' })
    }
    await next()
  }
}

/** The page's own files hold nothing secret, and a browser asks for them before it can send a token. */
const isOpen = (path: string): boolean =>
  path === '/' || path === '/runs' || path === '/health' || path.startsWith('/assets/')

const nameOf = (host: string): string =>
  (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '').replace(/^\[|\]$/g, '')

const bearer = (header = ''): string => /^Bearer (.+)$/.exec(header)?.[1] ?? ''

/** In a time that tells nothing of where they differ. */
const isSame = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
