import { GatewayError } from '../errors.ts'

/** What an error of SQLite's or the file system's means for the person who runs the gateway; others come back as they are. */
export function explain(error: unknown, file: string): unknown {
  if (error instanceof GatewayError) return error
  const { code = '', message } = error as Error & { code?: string }
  const options = { cause: error }
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code))
    return new GatewayError(
      'corrupt',
      `${file} is damaged or not a database (${message})`,
      'move it away, or restore a backup with: rivulet restore FILE',
      options,
    )
  if (/^SQLITE_FULL|^ENOSPC/.test(code))
    return new GatewayError('unavailable', `no space left for ${file}`, 'make room on that disk', options)
  if (/^SQLITE_(CANTOPEN|READONLY|PERM)|^E[A-Z]+$/.test(code))
    return new GatewayError(
      'unavailable',
      `cannot write ${file} (${message})`,
      'let this user write to that folder, or choose another with --data',
      options,
    )
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new GatewayError(
      'unavailable',
      `another program holds ${file} (${message})`,
      'close the other program, such as a database browser',
      options,
    )
  if (/^SQLITE_IOERR/.test(code))
    return new GatewayError('unavailable', `the disk of ${file} does not answer as it should (${message})`, '', options)
  return error
}
