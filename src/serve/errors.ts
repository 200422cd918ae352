import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** An error as OpenAI's API words it; its message may be read by whoever called. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: ContentfulStatusCode
  readonly code: string | null
  /** The field of the request that is at fault. */
  readonly param: string | null

  constructor(
    status: ContentfulStatusCode,
    message: string,
    { code = null, param = null }: { code?: string | null; param?: string | null } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.param = param
  }

  get body(): object {
    const type =
      this.status === 401 ? 'authentication_error' : this.status >= 500 ? 'server_error' : 'invalid_request_error'
    return { error: { message: this.message, type, param: this.param, code: this.code } }
  }
}

/** Errors of ours whose one line is meant for the caller. */
const TOLD = ['AudioError', 'UsageError', 'RubricError', 'ReportError', 'JudgeError', 'RangeError']

/** What a caller is told of an error: its own line where it is about the request, else only that something broke. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof Error && TOLD.includes(error.name)) return new ApiError(400, error.message)
  return new ApiError(500, 'internal error; the server has written it down.', { code: 'internal_error' })
}
