#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=4
// Memory is short on a Raspberry Pi: V8 would let its nursery grow to 3 × 16 MiB while the program loads and keep it, and
// glibc an arena for each of a dozen threads. With these bounds throughput is the same.

// Every Node.js that knows modules can read this file, and the rest is loaded once its version is known: one that is too old
// says so, and not which word of the rest it does not understand.
const found = process.versions.node
/** As `engines` in package.json says. */
const needed = [20, 19]
const [major, minor] = found.split('.').map(Number)

if (major! > needed[0]! || (major === needed[0] && minor! >= needed[1]!)) {
  void import('./run.ts')
} else {
  process.stderr.write(
    `rivulet: Node.js ${found} (${process.execPath}) is too old, ${needed.join('.')} is the oldest that will do; ` +
      'on Raspberry Pi OS trixie (Debian 13) run: sudo apt install nodejs npm; ' +
      'for older ones see https://github.com/nodesource/distributions\n',
  )
  process.exitCode = 1
}
