#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=4
// Memory is short on a Raspberry Pi: V8 would let its nursery grow to 3 × 16 MiB while the program loads and keep it, and
// glibc an arena for each of a dozen threads. With these bounds throughput is the same.
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
