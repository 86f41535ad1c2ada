import { defineConfig } from 'vitest/config'
import { patienceMs } from './test/setup/patience.ts'

/** `expect.poll` gives up after a second unless told otherwise. */
const expectation = { poll: { timeout: patienceMs } }

export default defineConfig({
  test: {
    // All projects run against real files, sockets and workers; two cores are the smallest machine we test on.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**'],
          globalSetup: ['test/setup/temporary.ts', 'test/setup/build.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: expectation,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: [
            'test/setup/temporary.ts',
            'test/setup/build.ts',
            'test/setup/page.ts',
            'test/setup/packages.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: expectation,
        },
      },
      {
        test: {
          name: 'faults',
          // What takes an hour has no short form.
          include: [`test/faults/**/*.${process.env.FAULTS === 'long' ? '{test,long}' : 'test'}.ts`],
          globalSetup: ['test/setup/temporary.ts', 'test/setup/build.ts', 'test/setup/packages.ts'],
          // The long form measures what is left for each.
          fileParallelism: process.env.FAULTS !== 'long',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: expectation,
        },
      },
    ],
  },
})
