#!/usr/bin/env node
process.stderr.write('rivulet: nothing to run yet\n')
process.exitCode = 1
