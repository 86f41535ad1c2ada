/** Every failure a user can meet; `http/` turns codes into statuses, `cli/` into exit codes, nobody else does. */
export type ErrorCode =
  | 'usage' // a wrong flag, argument or query parameter
  | 'config' // a wrong configuration or profile
  | 'unauthorized' // no token, or an unknown one
  | 'forbidden' // a token that may not do this
  | 'not-found'
  | 'conflict' // already there, or in use by another process
  | 'unavailable' // something needed is away: a disk that is full, a gateway that does not answer
  | 'corrupt' // a database that is not what it should be
  | 'internal'

/** An error that says what is wrong, where, and what to do; safe to show to the person who asked. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  /** What to do about it, in one sentence; empty where the message says it all. */
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}
