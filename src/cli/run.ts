import { report } from './failure.ts'
import { createProgram } from './program.ts'
import { quietOnClosedPipe } from './terminal.ts'

quietOnClosedPipe()
try {
  await createProgram().parseAsync()
} catch (error) {
  // Not process.exit: what was written to a pipe must still arrive.
  process.exitCode = report(error)
}
