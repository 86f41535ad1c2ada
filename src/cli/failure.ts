import { CommanderError } from 'commander'
import { ClientError } from '../client/client.ts'
import { GatewayError } from '../errors.ts'
import { note, paint } from './terminal.ts'

/** Exit status: 1 failed, 2 used or configured wrongly. */
export type ExitCode = 0 | 1 | 2

/** Says on standard error what went wrong and what to do, without a stack trace. Returns the exit status. */
export function report(error: unknown): ExitCode {
  // Commander has said it already, through the output that `createProgram` gives it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof GatewayError) {
    // Problems of a file stand on lines of their own that begin with their place, as compilers write them.
    if (error.code === 'config' && error.hint === '') for (const line of error.message.split('\n')) note(line)
    else complain(error.message, error.hint)
    return error.code === 'usage' || error.code === 'config' ? 2 : 1
  }
  if (error instanceof ClientError) {
    complain(error.message, error.hint || clientHints[error.status])
    return error.status === 400 ? 2 : 1
  }
  const { message = String(error), code } = error as NodeJS.ErrnoException
  complain(
    message,
    code === undefined ? 'this is a bug in rivulet: please report it with what you did' : systemHints[code],
  )
  return 1
}

/** One line: what is wrong; what to do. */
export function complain(message: string, hint?: string): void {
  const name = paint(['red', 'bold'], 'rivulet:', process.stderr)
  note(`${name} ${message.trim().replace(/\s*\n\s*/g, '; ')}${hint ? `; ${hint}` : ''}`)
}

const systemHints: Partial<Record<string, string>> = {
  ENOENT: 'correct the path, or create the folder',
  EACCES: 'choose a place that you may use, or run as another user',
  EROFS: 'choose a place that can be written',
  ENOSPC: 'make room on the disk',
}

const clientHints: Partial<Record<number, string>> = {
  0: 'check --url, and that it runs',
  401: 'set RIVULET_TOKEN to a token that `rivulet token create` made there',
  403: 'this needs a token made with --admin',
}
