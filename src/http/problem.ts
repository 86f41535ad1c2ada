import type { ServerResponse } from 'node:http'
import { type ErrorCode, GatewayError } from '../errors.ts'

/** A failure as clients see it (RFC 9457). */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  /** What to do about it. */
  readonly hint?: string
}

export const problemType = 'application/problem+json'

/** The one place where the codes of errors become statuses (RFC 9110 §15). */
const statuses: Record<ErrorCode, [status: number, title: string]> = {
  usage: [400, 'Bad request'],
  unauthorized: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  'not-found': [404, 'Not found'],
  conflict: [409, 'Conflict'],
  config: [500, 'Wrong configuration'],
  corrupt: [500, 'Damaged database'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'Unavailable'],
}

/** What to tell a client about an error. Of an unexpected one nothing is told: its message may hold anything. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof GatewayError))
    return problemOf(new GatewayError('internal', 'something unexpected happened; see the log'))
  const [status, title] = statuses[error.code]
  return { title, status, code: error.code, detail: error.message, ...(error.hint !== '' && { hint: error.hint }) }
}

/** Whether an error only says that the client went away, as the end of every event stream does. */
export function isDisconnect(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return (
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'ERR_STREAM_DESTROYED'
  )
}

/** Answers a request that Koa does not see. */
export function sendProblem(res: ServerResponse, error: unknown): void {
  if (res.headersSent || res.destroyed) return
  const problem = problemOf(error)
  const body = JSON.stringify(problem)
  for (const [name, value] of Object.entries(challengeFor(problem))) res.setHeader(name, value)
  res.writeHead(problem.status, {
    'content-type': problemType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  res.end(body)
}

/** RFC 9110 §15.5.2: a 401 says how to authenticate. */
export function challengeFor({ status }: Problem): Record<string, string> {
  return status === 401 ? { 'www-authenticate': 'Bearer realm="rivulet"' } : {}
}
