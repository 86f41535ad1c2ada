import { dirname } from 'node:path'
import { GatewayError } from '../errors.ts'
import { isOnReadOnlyDisk, readOnlyHint } from '../folder.ts'

/** For damage that SQLite has not noticed. */
export const damageHint = 'see what can be saved with: rivulet check --data FOLDER'

/** What an error of SQLite's or the file system's means for the person who runs the gateway; others come back as they are. */
export function explain(error: unknown, file: string): unknown {
  if (error instanceof GatewayError) return error
  const { code = '', message } = error as Error & { code?: string }
  const options = { cause: error }
  // SQLite says the same of a page that the disk would not read (EIO), since that mostly is one and the same misfortune.
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code))
    return new GatewayError(
      'corrupt',
      `${file} is damaged, or its disk cannot be read (${message})`,
      `see dmesg for errors of the disk, and what can be saved with: rivulet check --data ${dirname(file)}; or go back to a backup with: rivulet restore FILE`,
      options,
    )
  if (/^SQLITE_FULL|^ENOSPC/.test(code))
    return new GatewayError('unavailable', `no space left for ${file}`, 'make room on that disk', options)
  if (/^SQLITE_(CANTOPEN|READONLY|PERM)|^E[A-Z]+$/.test(code)) {
    const [what, hint] = isOnReadOnlyDisk(dirname(file))
      ? [`the disk of ${file} is mounted read-only`, readOnlyHint]
      : [`cannot write ${file} (${message})`, 'let this user write to that folder, or choose another with --data']
    return new GatewayError('unavailable', what, hint, options)
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new GatewayError(
      'unavailable',
      `another program holds ${file} (${message})`,
      'close the other program, such as a database browser',
      options,
    )
  if (/^SQLITE_IOERR/.test(code))
    return new GatewayError(
      'unavailable',
      `the disk of ${file} does not answer as it should (${message})`,
      'see dmesg; a card or disk that goes on so has to be replaced',
      options,
    )
  return error
}

/** What is wrong and what to do, in one line. */
export function lineOf(error: Error): string {
  const hint = error instanceof GatewayError ? error.hint : ''
  return hint === '' ? error.message : `${error.message}; ${hint}`
}
